import torch


def written_through(name):
    x = torch.tensor(2.0, requires_grad=True)
    y = x * x
    other = x.data if name == "data" else x.detach()
    other.fill_(10.0)
    try:
        y.backward()
    except RuntimeError:
        return "RuntimeError"
    return x.grad.item()


data, detach = written_through("data"), written_through("detach")
print(f"{data = }, {detach = }")

holds = data not in (4.0, "RuntimeError") and detach == "RuntimeError"
print(f"{holds = }")
