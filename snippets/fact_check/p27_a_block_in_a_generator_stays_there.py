import torch


def batches():
    with torch.no_grad():
        yield torch.ones(2)


stream = batches()
next(stream)
suspended = torch.is_grad_enabled()
next(stream, None)
finished = torch.is_grad_enabled()
print(f"{suspended = }, {finished = }")

holds = {"while it waits": suspended, "when it has ended": finished}
print(f"{holds = }")
