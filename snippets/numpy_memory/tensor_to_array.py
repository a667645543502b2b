import numpy as np
import torch

calls = {
    "x.numpy()": lambda x: x.numpy(),
    "np.asarray(x)": np.asarray,
    "np.from_dlpack(x)": np.from_dlpack,
    "np.asarray(x, dtype='float32')": lambda x: np.asarray(x, dtype="float32"),
    "x.numpy().copy()": lambda x: x.numpy().copy(),
    "np.array(x.numpy())": lambda x: np.array(x.numpy()),
    "np.array(x.tolist())": lambda x: np.array(x.tolist()),
}


def shares(call, dtype):
    x = torch.zeros(2, dtype=dtype)
    a = call(x)
    x[0] = 7
    return bool(a[0] == 7)


rows = []
for text, call in calls.items():
    row = {"call": text}
    for dtype in (torch.float32, torch.float64, torch.int64):
        row[str(dtype)] = shares(call, dtype)
    row["of float32"] = str(call(torch.zeros(2)).dtype)
    rows.append(row)
