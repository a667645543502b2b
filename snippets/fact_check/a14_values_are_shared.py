import torch

w = torch.tensor([1.0], requires_grad=True)
z = w.detach()
before = [repr(w), repr(z)]
z[0] = 2

print(f"{w = }")
print(f"{z = }")
holds = {
    "before": before == ["tensor([1.], requires_grad=True)", "tensor([1.])"],
    "w after": repr(w) == "tensor([2.], requires_grad=True)",
    "z after": repr(z) == "tensor([2.])",
}
print(f"{holds = }")
