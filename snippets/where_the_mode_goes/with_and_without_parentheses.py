import torch

w = torch.ones(2, requires_grad=True)


@torch.no_grad()
def with_parentheses():
    return w * 2


@torch.no_grad
def without_parentheses():
    return w * 2


print(f"{with_parentheses().requires_grad = }")
print(f"{without_parentheses().requires_grad = }")
print(f"{(w * 2).requires_grad = }")
