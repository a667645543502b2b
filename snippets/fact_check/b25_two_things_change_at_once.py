import torch


def compute_model(x):
    for _ in range(1000):
        x = x + 1
    return x


first = compute_model(torch.tensor(1.0))
with torch.no_grad():
    mode_alone = compute_model(torch.tensor(1.0, requires_grad=True))
second = compute_model(torch.tensor(1.0, requires_grad=True))
print(f"{first.requires_grad = }")
print(f"{mode_alone.requires_grad = }")
print(f"{second.requires_grad = }")

holds = first.requires_grad == second.requires_grad
print(f"{holds = }")
