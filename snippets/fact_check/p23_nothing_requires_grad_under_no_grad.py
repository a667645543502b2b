import torch

x = torch.ones(4, requires_grad=True)
with torch.no_grad():
    product = x * 2
    view = x.view(2, 2)
    made = torch.ones(2, requires_grad=True)

holds = {
    "result of an operation": not product.requires_grad,
    "view of a leaf": not view.requires_grad,
    "new, requires_grad=True": not made.requires_grad,
}
print(f"{holds = }")
