import torch

w = torch.tensor([1.0], requires_grad=True)
v = w.clone()
v[0] = 7.0

print(f"{v = }")
holds = repr(v) == "tensor([7.], grad_fn=<CopySlices>)"
print(f"{holds = }")
