import torch

w = torch.tensor([1.0], requires_grad=True)

print(f"{w.cpu() is w = }")
print(f"{w.to('cpu') is w = }")
print(f"{w.to(torch.float32) is w = }")
print(f"{w.float() is w = }")
