import torch


def evaluate(x):
    return x * 2


decorator = torch.set_grad_enabled(False)
if callable(decorator):
    evaluate = decorator(evaluate)
print(f"{torch.is_grad_enabled() = }")

holds = not torch.is_grad_enabled()
print(f"{holds = }")
