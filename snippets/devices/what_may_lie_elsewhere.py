import torch

x = torch.ones(2, device="meta")

print(f"{(x + torch.tensor(4.0)).device = }")
print(f"{x[torch.tensor([0])].device = }")
print(f"{x.copy_(torch.zeros(2)).device = }")
