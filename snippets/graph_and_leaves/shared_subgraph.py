import torch

w = torch.tensor([1.0], requires_grad=True)
h = w * 2
h.register_hook(lambda grad: print(f"{grad = }"))
y = h * 3 + h * 5

y.backward()
print(f"{w.grad = }")
