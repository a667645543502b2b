import torch

w = torch.tensor([1.0], requires_grad=True)
b = torch.tensor([3.0], requires_grad=True)
y = torch.tensor([2.0]) * w + b
v = w.clone()
as_cloned = repr(v)
v[0] = 7.0

printed = {  # here, and in the article but for the device
    "y": (repr(y), "tensor([5.], grad_fn=<AddBackward0>)"),
    "w.detach()": (repr(w.detach()), "tensor(1.)"),
    "v": (as_cloned, "tensor([1.], grad_fn=<CloneBackward>)"),
    "v after v[0] = 7": (repr(v), "tensor([7.], grad_fn=<CopySlices>)"),
}
print(f"{torch.__version__.partition('+')[0] = }")
for name, (here, _) in printed.items():
    print(f"{name}: {here}")
holds = {name: here == there for name, (here, there) in printed.items()}
print(f"{holds = }")
