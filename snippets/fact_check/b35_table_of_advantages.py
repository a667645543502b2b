import torch

x = torch.ones(3, requires_grad=True)
b = torch.ones(3)
with torch.no_grad():
    inside = x * b
after = x * b

details = hasattr(torch.autograd, "get_grad_mode")
limits = after.requires_grad and not inside.requires_grad
holds = {
    "is_grad_enabled: no details": torch.is_grad_enabled() is True,
    "get_grad_mode: details": details,
    "with block: clear limits": limits,
    "requires_grad: per tensor": x.requires_grad and not b.requires_grad,
}
print(f"{holds = }")
