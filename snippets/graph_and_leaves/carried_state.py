import torch

w = torch.tensor([0.5], requires_grad=True)
hidden = torch.ones(1)
for x in (1.0, 2.0):
    hidden = torch.tanh(w * hidden + x)
    hidden.backward()  # raises RuntimeError
