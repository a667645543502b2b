import torch

w = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
h = w * 1
h.unfold(0, 2, 1).mul_(2)
h.sum().backward()
print(f"{h = }")
print(f"{w.grad = }")
