import torch

x = torch.ones(3, requires_grad=True)
b = torch.ones(3)
with torch.no_grad():
    inside = x * b
after = x * b

holds = {
    "is_grad_enabled tells no more": torch.is_grad_enabled() is True,
    "get_grad_mode tells more": hasattr(torch.autograd, "get_grad_mode"),
    "a block has an end": after.requires_grad > inside.requires_grad,
    "a flag is one tensor's": x.requires_grad > b.requires_grad,
}
print(f"{holds = }")
