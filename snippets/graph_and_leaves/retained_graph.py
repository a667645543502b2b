import torch

w = torch.tensor([1.0], requires_grad=True)
y = w * w
y.backward(retain_graph=True)
y.backward()
print(f"{w.grad = }")

w.grad = None
y = w + w
y.backward()
y.backward()
print(f"{w.grad = }")
