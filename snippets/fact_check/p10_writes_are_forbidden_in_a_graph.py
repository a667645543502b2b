import torch


def forbidden(operation, leaf=False):
    x = torch.ones(3, requires_grad=True)
    h = x if leaf else x.clone()
    y = operation(h)
    try:
        h.add_(1)
        y.sum().backward()
    except RuntimeError:
        return True
    return False


holds = {
    "leaf that requires grad": forbidden(lambda x: x * 2, leaf=True),
    "h, saved by h * h": forbidden(lambda h: h * h),
    "h, not saved by h * 2": forbidden(lambda h: h * 2),
    "h, not saved by h.exp()": forbidden(lambda h: h.exp()),
}
print(f"{holds = }")
