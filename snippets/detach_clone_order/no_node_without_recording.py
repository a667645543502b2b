import torch

x = torch.tensor([2.0])
print(f"{x.clone().grad_fn = }")

w = torch.tensor([1.0], requires_grad=True)
with torch.no_grad():
    print(f"{w.clone().grad_fn = }")
