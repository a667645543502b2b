import torch

w = torch.tensor([1.0], requires_grad=True)
v = w.clone()

print(f"{v is w = }")
print(f"{v.is_leaf = }")
print(f"{v.requires_grad = }")
holds = {
    "v is w: False": v is not w,
    "v.is_leaf: False": not v.is_leaf,
    "v.requires_grad: True": v.requires_grad,
}
print(f"{holds = }")
