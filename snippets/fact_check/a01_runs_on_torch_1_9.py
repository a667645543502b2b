import torch

version = torch.__version__.partition("+")[0]
v = torch.tensor([1.0], requires_grad=True).clone()

print(f"{version = }")
print(f"{v = }")
holds = {
    "version": version == "1.9.0",
    "output": repr(v) == "tensor([1.], grad_fn=<CloneBackward>)",
}
print(f"{holds = }")
