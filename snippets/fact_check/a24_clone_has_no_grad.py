import torch

w = torch.tensor([1.0], requires_grad=True)
plain, retained = w.clone(), w.clone()
retained.retain_grad()
(2 * plain + 3 * retained).backward()
found = plain.grad, retained.grad

print(f"{plain.is_leaf = }, {retained.is_leaf = }")
print(f"{found = }")
holds = {
    "as it is": found[0] is None,
    "after retain_grad()": found[1] is None,
}
print(f"{holds = }")
