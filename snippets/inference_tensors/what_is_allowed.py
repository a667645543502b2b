import copy

import torch

expressions = [
    "w * t",
    "t.add_(1)",
    "t.requires_grad_()",
    "t + 1",
    "w + t",
    "w * (t + 1)",
    "t.clone()",
    "copy.deepcopy(t)",
    "t.double()",
    "torch.zeros(3).copy_(t)",
    "t.float()",
    "t.detach()",
    "t.view(-1)",
    "t[0]",
    "t.data.add_(1)",
    "t.detach().add_(1)",
    "copy.copy(t)",
    "torch.from_numpy(t.numpy())",
    "torch.from_dlpack(t)",
    "t.view(torch.int32)",
]

rows = []
for expression in expressions:
    w = torch.ones(3, requires_grad=True)
    with torch.inference_mode():
        t = torch.ones(3)
    names = {"torch": torch, "copy": copy, "w": w, "t": t}
    try:
        result = eval(expression, names)
        error = False
    except RuntimeError:
        error = True
    rows.append(
        {
            "expression": expression,
            "error": error,
            "is_inference": None if error else result.is_inference(),
            "shares": None if error else result.data_ptr() == t.data_ptr(),
        }
    )
