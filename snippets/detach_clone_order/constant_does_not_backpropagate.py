import torch

w = torch.tensor([1.0], requires_grad=True)
z = w.detach()
s = z.clone()

print(f"{s.requires_grad = }, {s.grad_fn = }")
s.backward()  # raises RuntimeError
