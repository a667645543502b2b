import torch

w = torch.tensor([1.0], requires_grad=True)
early, late = w.clone(), w.clone()
early.retain_grad()
(2 * early + 3 * late).backward()
late.retain_grad()

print(f"{early.grad = }")
print(f"{late.grad = }")
holds = {
    "before backward()": early.grad is not None,
    "after backward()": late.grad is not None,
}
print(f"{holds = }")
