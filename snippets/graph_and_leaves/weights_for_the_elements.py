import torch

w = torch.tensor([1.0, 2.0], requires_grad=True)
(w * 2).sum().backward()
print(f"{w.grad = }")

w.grad = None
(w * 2).backward(gradient=torch.ones(2))
print(f"{w.grad = }")

w.grad = None
(w * 2).backward(gradient=torch.tensor([1.0, 10.0]))
print(f"{w.grad = }")
