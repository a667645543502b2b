import torch

w = torch.ones(2, requires_grad=True)


@torch.set_grad_enabled(False)
def predict():
    return w * 2


print(f"{torch.is_grad_enabled() = }")
print(f"{predict().requires_grad = }")
print(f"{torch.is_grad_enabled() = }")
