import torch

w = torch.tensor([1.0], requires_grad=True)
v = w.clone()
(2 * v).backward()
u = w.clone()
(2 * u).backward(inputs=[u])
found = v.grad, u.grad

print(f"{v.is_leaf = }, {u.is_leaf = }")
print(f"{found = }")
holds = {
    "after y.backward()": found[0] is None,
    "after y.backward(inputs=[v])": found[1] is None,
}
print(f"{holds = }")
