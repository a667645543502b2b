import torch

dtypes = [
    torch.bool,
    torch.uint8,
    torch.int64,
    torch.float16,
    torch.float32,
    torch.float64,
    torch.complex64,
    torch.bfloat16,
    torch.float8_e5m2,
]

rows = []
for dtype in dtypes:
    x = torch.zeros(2, dtype=dtype)
    row = {"tensor": str(dtype), "array": None, "shares": None}
    try:
        a = x.numpy()
    except TypeError:
        pass
    else:
        x[0] = 1
        row["array"], row["shares"] = str(a.dtype), bool(a[0] == 1)
    rows.append(row)
