import torch

x = torch.tensor([1.0, 4.0], requires_grad=True)
with torch.autograd.set_detect_anomaly(True):
    h = x.exp()
    y = h.sum()
    h += 1
    y.backward()  # raises RuntimeError
