import torch

x = torch.tensor([1.0, -1.0], requires_grad=True)
y = x.relu()
print([name for name in dir(y.grad_fn) if name.startswith("_saved_")])
