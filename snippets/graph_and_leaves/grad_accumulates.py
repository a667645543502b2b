import torch

w = torch.tensor([1.0], requires_grad=True)

(w * 2).backward()
print(f"{w.grad = }")

(w * 5).backward()
print(f"{w.grad = }")

w.grad = None
(w * 5).backward()
print(f"{w.grad = }")
