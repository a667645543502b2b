import torch


def backward_runs(y, *arguments):
    try:
        y.backward(*arguments)
    except RuntimeError as error:
        print(error)
        return False
    return True


x = torch.ones(2, requires_grad=True)
scalar = backward_runs((x * 2).sum())
vector = backward_runs(x * 2)
weighted = backward_runs(x * 2, torch.ones(2))
print(f"{scalar = }, {vector = }, {weighted = }")

holds = scalar and not vector and weighted
print(f"{holds = }")
