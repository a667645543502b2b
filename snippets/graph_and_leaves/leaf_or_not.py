import copy

import torch
from torch import nn

w = torch.tensor([1.0, 2.0], requires_grad=True)
expressions = [
    "torch.ones(2)",
    "torch.ones(2, requires_grad=True)",
    "torch.ones(2) * 2",
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
    t = eval(expression)
    row = {"expression": expression}
    row["requires_grad"] = t.requires_grad
    row["grad_fn"] = None if t.grad_fn is None else t.grad_fn.name()
    row["is_leaf"] = t.is_leaf
    rows.append(row)
print(all(row["is_leaf"] == (row["grad_fn"] is None) for row in rows))
print(f"{copy.copy(w) is w = }, {nn.Parameter(w) is w = }")
