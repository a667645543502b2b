import torch

w1 = torch.tensor([2.0], requires_grad=True)
w2 = torch.tensor([3.0], requires_grad=True)
with torch.no_grad():
    h = w1 * 5
loss = (h * w2).sum()
loss.backward()
print(f"{w1.grad = }")
print(f"{w2.grad = }")
