import torch

x = torch.tensor([2.7])
elsewhere = torch.empty(1, device="meta")

print(f"{elsewhere.new_tensor(x).device = }")
print(f"{x.detach().clone().device = }")
