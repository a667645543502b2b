import torch

x = torch.tensor(2.0, requires_grad=True)


def recorded():
    return (x * x).requires_grad


def batches():
    with torch.no_grad():
        yield x


before = recorded()
with torch.no_grad():
    inside = recorded()
after = recorded()
print(f"{before = }, {inside = }, {after = }")

stream = batches()
batch = next(stream)
suspended = recorded()
print(f"{suspended = }")

holds = {
    "a block that has been left": before and not inside and after,
    "a generator suspended in its block": suspended,
}
print(f"{holds = }")
