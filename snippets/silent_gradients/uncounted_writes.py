import copy

import torch
from torch.nn.utils import vector_to_parameters

names = {"torch": torch, "copy": copy}
names["vector_to_parameters"] = vector_to_parameters
names["five"] = torch.tensor([5.0])
writes = [
    "t.mul_(five)",
    "t.data.mul_(five)",
    "t.data = t * five",
    "t.numpy()[:] *= 5",
    "array[:] *= 5",
    "torch.from_dlpack(t).mul_(five)",
    "copy.copy(t).mul_(five)",
    "torch.empty(0).set_(t).mul_(five)",
    "t.untyped_storage().copy_((t * five).untyped_storage())",
    "t.apply_(lambda value: value * 5)",
    "t.map_(five, lambda value, other: value * other)",
    "t.map2_(five, five, lambda value, a, b: value * a)",
    "t.unsafe_chunk(1)[0].mul_(five)",
    "t.unsafe_split(1)[0].mul_(five)",
    "vector_to_parameters(t * five, [t])",
    "torch.kron(t.clone(), five, out=t)",
]

rows = []
for write in writes:
    array = torch.tensor([2.0]).numpy()
    t = torch.from_numpy(array)
    w = torch.tensor([3.0], requires_grad=True)
    y = w * t
    exec(write, names | {"array": array, "t": t})
    row = {"write": write, "counter": t._version > 0}
    try:
        y.backward()
        row["grad"] = w.grad.item()
    except RuntimeError:
        row["grad"] = None
    row["right"] = 2.0
    rows.append(row)
