import torch


def capped_exp(x):
    return x.exp().clamp(max=1.0)


x = torch.tensor([-1.0, 0.5], dtype=torch.float64, requires_grad=True)
print(torch.autograd.gradcheck(capped_exp, x))

capped_exp(x).sum().backward()
print(f"{x.grad = }")
