import torch

x = torch.tensor(2.0, requires_grad=True)

before = x * x
with torch.no_grad():
    inside = x * x
after = x * x
print(f"{before.requires_grad = }")
print(f"{inside.requires_grad = }")
print(f"{after.requires_grad = }")

recorded = [y.requires_grad for y in (before, inside, after)]
holds = recorded == [True, False, True]
print(f"{holds = }")
