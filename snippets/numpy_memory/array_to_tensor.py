import numpy as np
import torch

calls = {
    "torch.from_numpy(a)": torch.from_numpy,
    "torch.as_tensor(a)": torch.as_tensor,
    "torch.asarray(a)": torch.asarray,
    "torch.from_dlpack(a)": torch.from_dlpack,
    "torch.Tensor(a)": torch.Tensor,
    "torch.tensor(a)": torch.tensor,
    "torch.asarray(a, copy=True)": lambda a: torch.asarray(a, copy=True),
}


def shares(call, dtype):
    a = np.zeros(2, dtype=dtype)
    x = call(a)
    a[0] = 7
    return x[0].item() == 7


rows = []
for text, call in calls.items():
    row = {"call": text}
    for dtype in ("float32", "float64", "int64"):
        row[dtype] = shares(call, dtype)
    row["of float64"] = str(call(np.zeros(2)).dtype)
    rows.append(row)
