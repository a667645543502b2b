import torch

x = torch.tensor([2.0])
w = torch.tensor([1.0], requires_grad=True)
b = torch.tensor([3.0], requires_grad=True)
y = x * w + b

y.backward()

print(f"{y.shape = }")
holds = w.grad.tolist() == [2.0] and b.grad.tolist() == [1.0]
print(f"{holds = }")
