import torch


def batches():
    with torch.no_grad():
        while True:
            yield torch.ones(2)


stream = batches()
batch = next(stream)
print(f"{torch.is_grad_enabled() = }")

stream.close()
print(f"{torch.is_grad_enabled() = }")
