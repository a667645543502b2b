import torch

places = (torch, torch.autograd, torch.autograd.grad_mode, torch._C)
found = [p.__name__ for p in places if hasattr(p, "get_grad_mode")]
print(f"{found = }")

holds = len(found) > 0
print(f"{holds = }")
