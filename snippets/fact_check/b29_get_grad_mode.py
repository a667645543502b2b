import torch

print([name for name in dir(torch.autograd) if "grad_mode" in name])

holds = hasattr(torch.autograd, "get_grad_mode")
print(f"{holds = }")
