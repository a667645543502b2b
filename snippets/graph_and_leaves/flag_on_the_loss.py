import torch

w = torch.tensor([1.0, 2.0], requires_grad=True)
loss = (w.detach() * 3).sum()
loss.requires_grad_()
loss.backward()
print(f"{loss.grad = }")
print(f"{w.grad = }")
