import torch

w = torch.tensor([1.0, 2.0], requires_grad=True)
with torch.no_grad():
    w = w - 0.1 * torch.ones(2)
loss = (w * 3).sum()
loss.backward()  # raises RuntimeError
