import torch

w = torch.tensor(1.0, requires_grad=True)
loss = (w * 3) ** 2
print(f"{type(loss.item()) = }")
print(f"{type(loss.detach().item()) = }")

holds = type(loss.item()) is not float
print(f"{holds = }")
