import torch

x = torch.ones(1000, requires_grad=True)


def numbers_saved(y):
    node = y.grad_fn
    if node is None:
        return 0
    return sum(
        getattr(node, name).numel()
        for name in dir(node)
        if name in ("_saved_self", "_saved_result")
    )


without_call = numbers_saved(x.exp())
torch.is_grad_enabled()
with_call = numbers_saved(x.exp())
with torch.no_grad():
    under_no_grad = numbers_saved(x.exp())
print(f"{without_call = }, {with_call = }, {under_no_grad = }")

holds = with_call < without_call
print(f"{holds = }")
