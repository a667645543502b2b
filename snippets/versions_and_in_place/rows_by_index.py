import torch

w = torch.ones(2, 3, requires_grad=True)
x = w * 2
for i in range(len(x)):
    x[i].mul_(5)
x.sum().backward()
print(f"{w.grad = }")
