import torch

x = torch.tensor([2.0])
z = x.numpy()
before = [str(x), str(z)]
z[0] = 7.0
after = [str(x), str(z)]

print(f"{before = }")
print(f"{after = }")
holds = {
    "before": before == ["tensor([2.])", "[2.]"],
    "after": after == ["tensor([7.])", "[7.]"],
}
print(f"{holds = }")
