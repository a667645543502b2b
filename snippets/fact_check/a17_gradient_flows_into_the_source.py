import torch

x = torch.tensor([2.0])
w = torch.tensor([1.0], requires_grad=True)
b = torch.tensor([3.0], requires_grad=True)
v = w.clone()
y = x * v + b
y.backward()

print(f"{w.grad = }")
holds = w.grad.tolist() == [2.0]
print(f"{holds = }")
