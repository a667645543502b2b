import torch

x = torch.tensor(2.0, requires_grad=True)
x.requires_grad = False
with torch.enable_grad():
    inside = (x * x).requires_grad
afterwards = (x * x).requires_grad
x.requires_grad = True
set_again = (x * x).requires_grad
print(f"{inside = }, {afterwards = }, {set_again = }")

holds = {
    "in and after any block": not inside and not afterwards,
    "when the flag is set again": not set_again,
}
print(f"{holds = }")
