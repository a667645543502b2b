# %% tensors
import numpy as np
import torch

x = torch.zeros(6)
front, back = x[:4], x[2:]
even, odd = x[::2], x[1::2]
array = torch.from_numpy(x.numpy()[2:])


# %% questions
def same_address(a, b):
    return a.data_ptr() == b.data_ptr()


def same_storage(a, b):
    first, second = a.untyped_storage(), b.untyped_storage()
    return first.data_ptr() == second.data_ptr()


def common_element(a, b):
    return np.shares_memory(a.numpy(), b.numpy())


def write_shows(a, b):
    before = b.clone()
    a.add_(1.0)
    return not torch.equal(b, before)


pairs = {
    "x, x.clone()": (x, x.clone()),
    "x, x.view(2, 3)": (x, x.view(2, 3)),
    "front, back": (front, back),
    "even, odd": (even, odd),
    "x, array": (x, array),
}
rows = []
for names, (a, b) in pairs.items():
    row = {"tensors": names, "address": same_address(a, b)}
    row["storage"] = same_storage(a, b)
    row["elements"] = common_element(a, b)
    row["write"] = write_shows(a, b)
    rows.append(row)
