import torch

exists = {
    "torch.autograd.get_grad_mode": hasattr(torch.autograd, "get_grad_mode"),
    "torch.no_grad": hasattr(torch, "no_grad"),
    "torch.enable_grad": hasattr(torch, "enable_grad"),
    "Tensor.requires_grad": hasattr(torch.Tensor, "requires_grad"),
}
for name, there in exists.items():
    print(f"{name}: {there}")

holds = all(exists.values())
print(f"{holds = }")
