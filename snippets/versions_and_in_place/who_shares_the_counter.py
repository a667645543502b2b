import copy

import torch
from torch import nn

expressions = [
    "x.detach()",
    "x.view(-1)",
    "x[:2]",
    "x.to('cpu')",
    "nn.Parameter(x)",
    "x.data",
    "nn.Parameter(x.data)",
    "x.detach().numpy()",
    "torch.from_numpy(a)",
    "torch.from_dlpack(d)",
    "copy.copy(x)",
    "x.clone()",
    "x.double()",
    "copy.deepcopy(x)",
]

rows = []
for expression in expressions:
    x = torch.ones(2, requires_grad=True)
    d = x.detach()
    names = {"x": x, "d": d, "a": d.numpy()}
    z = eval(expression, {**names, "copy": copy, "nn": nn, "torch": torch})
    before = x._version
    with torch.no_grad():
        z[0] = 5.0
    row = {"expression": expression}
    row["memory"] = x[0].item() == 5.0
    row["counter"] = x._version > before
    rows.append(row)
