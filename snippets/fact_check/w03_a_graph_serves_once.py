import torch


def second_time_raises(y):
    y.backward()
    try:
        y.backward()
    except RuntimeError:
        return True
    return False


x = torch.tensor(2.0, requires_grad=True)
holds = {
    "x * x, which saves x": second_time_raises(x * x),
    "x + 1, which saves nothing": second_time_raises(x + 1),
}
print(f"{holds = }")
