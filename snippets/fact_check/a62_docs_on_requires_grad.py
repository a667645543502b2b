import torch

doc = torch.Tensor.new_tensor.__doc__
quote = (
    "``tensor.new_tensor(x, requires_grad=True)`` is equivalent to "
    "``x.clone().detach().requires_grad_(True)``"
)
x = torch.tensor([2.7])
double = torch.tensor([1.0], dtype=torch.float64)
copy = x.clone().detach().requires_grad_(True)
a = x.new_tensor(x, requires_grad=True)
b = double.new_tensor(x, requires_grad=True)

print(f"{a = }, {a.is_leaf = }")
print(f"{b = }, {b.is_leaf = }")
holds = {
    "the docs say so": quote in doc,
    "x.new_tensor(x)": repr(a) == repr(copy) and a.is_leaf,
    "double.new_tensor(x)": repr(b) == repr(copy) and b.is_leaf,
}
print(f"{holds = }")
