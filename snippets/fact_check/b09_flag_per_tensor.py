import torch


def settable(x, flag):
    try:
        x.requires_grad = flag
    except RuntimeError as error:
        print(error)
        return False
    return x.requires_grad is flag


w = torch.ones(3)
b = torch.ones(3)
index = torch.tensor([0, 2])

holds = {
    "floating-point leaf": settable(w, True) and not b.requires_grad,
    "integers": settable(index, True),
    "result of an operation": settable(w * 2, False),
}
print(f"{holds = }")
