import torch

w = torch.tensor([1.0], requires_grad=True)
loss = w * w
with torch.no_grad():
    w -= 0.1
print(f"{w._version = }")
loss.backward()  # raises RuntimeError
