import torch

calls = {
    "x.t()": lambda x: x.t(),
    "x[0]": lambda x: x[0],
    "x[:, ::2]": lambda x: x[:, ::2],
    "x[[0]]": lambda x: x[[0]],
    "x[x > 0]": lambda x: x[x > 0],
    "x.expand(2, *x.shape)": lambda x: x.expand(2, *x.shape),
    "x.repeat(1, 1)": lambda x: x.repeat(1, 1),
    "x.chunk(2)[0]": lambda x: x.chunk(2)[0],
    "x.flip(0)": lambda x: x.flip(0),
    "x.view(-1)": lambda x: x.view(-1),
    "x.reshape(-1)": lambda x: x.reshape(-1),
    "x.flatten()": lambda x: x.flatten(),
    "x.contiguous()": lambda x: x.contiguous(),
    "x.to(torch.float32)": lambda x: x.to(torch.float32),
    "x.to(torch.float64)": lambda x: x.to(torch.float64),
    "x.clone()": lambda x: x.clone(),
}


def shares(call, x):
    try:
        result = call(x)
    except RuntimeError:
        return None
    start = x.untyped_storage().data_ptr()
    return result.untyped_storage().data_ptr() == start


rows = []
for text, call in calls.items():
    x = torch.ones(2, 3)
    row = {"call": text, "contiguous": shares(call, x)}
    row["transposed"] = shares(call, x.t())
    row["itself"] = call(x) is x
    rows.append(row)
