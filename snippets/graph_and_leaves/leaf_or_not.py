import copy

import torch
from torch import nn

x = torch.tensor([1.0, 2.0])
w = torch.tensor([3.0, 4.0], requires_grad=True)
names = {"x": x, "w": w, "copy": copy, "nn": nn}
expressions = [
    "x",
    "w",
    "x * 2",
    "w * 2",
    "w[0]",
    "w.view(2)",
    "w.clone()",
    "w.double()",
    "w.float()",
    "w.to('meta')",
    "w.to('cpu')",
    "w.detach()",
    "(w * 2).detach()",
    "nn.Parameter(w * 2)",
    "copy.copy(w)",
    "copy.deepcopy(w)",
]

rows = []
for expression in expressions:
    t = eval(expression, names)
    row = {"expression": expression}
    row["is_leaf"] = t.is_leaf
    row["requires_grad"] = t.requires_grad
    row["grad_fn"] = t.grad_fn.name() if t.grad_fn else None
    rows.append(row)
