import torch

x = torch.tensor([2.7])
counts = torch.tensor([1, 2])

print(f"{counts.new_tensor(x) = }")
print(f"{x.detach().clone() = }")
