import torch

with torch.inference_mode():
    t = torch.ones(3)
    inside = t.clone()
outside = t.clone()

print(f"{inside.is_inference() = }")
print(f"{outside.is_inference() = }")

outside.requires_grad_()
(outside * 2).sum().backward()
print(f"{outside.grad = }")
