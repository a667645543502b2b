import torch


def gradients(hook):
    a = torch.tensor([1.0], requires_grad=True)
    b = torch.tensor([1.0], requires_grad=True)
    left, right = a * 1, b * 1
    right.register_hook(hook)
    (left + right).backward()
    return a.grad.item(), b.grad.item()


print(f"{gradients(lambda grad: grad.mul_(100)) = }")
print(f"{gradients(lambda grad: grad * 100) = }")
