import torch


def compute_model(x):
    for _ in range(1000):
        x = x + 1
    return x


# If the mode alone made the difference, both would be recorded without it.
first = compute_model(torch.tensor(1.0))
second = compute_model(torch.tensor(1.0, requires_grad=True))
print(f"{first.requires_grad = }")
print(f"{second.requires_grad = }")

holds = first.requires_grad and second.requires_grad
print(f"{holds = }")
