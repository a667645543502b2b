import torch

with torch.inference_mode():
    t = torch.ones(3)
with torch.no_grad():
    u = torch.ones(3)

print(f"{t.is_inference() = }, {u.is_inference() = }")
print(f"{t.requires_grad = }, {u.requires_grad = }")

normal = t.clone()
print(f"{normal.is_inference() = }")
