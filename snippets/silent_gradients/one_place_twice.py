import torch

place = torch.tensor([0, 0])
source = torch.tensor([5.0, 5.0], requires_grad=True)
target = torch.zeros(1)
for write in (
    "target.scatter(0, place, source)",
    "target.index_copy(0, place, source)",
    "target.index_put((place,), source)",
    "target.put(place, source)",
    "target.scatter_add(0, place, source)",
):
    y = eval(write)
    (gradient,) = torch.autograd.grad(y.sum(), source)
    print(f"{write}: {y.item() = }, {gradient = }")
