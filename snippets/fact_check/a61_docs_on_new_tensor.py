import torch

quote = "``tensor.new_tensor(x)`` is equivalent to ``x.clone().detach()``"
x = torch.tensor([2.7])
counts = torch.tensor([1, 2])
a, b = x.new_tensor(x), counts.new_tensor(x)

print(f"{a = }, {b = }")
holds = {
    "the docs say so": quote in torch.Tensor.new_tensor.__doc__,
    "x.new_tensor(x)": repr(a) == repr(x.clone().detach()),
    "counts.new_tensor(x)": repr(b) == repr(x.clone().detach()),
}
print(f"{holds = }")
