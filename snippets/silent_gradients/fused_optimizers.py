import torch
from torch import optim

rows = []
for fused in (False, True):
    for cls in (optim.SGD, optim.Adam, optim.AdamW, optim.Adagrad):
        w = torch.tensor([2.0], requires_grad=True)
        optimizer = cls([w], lr=0.1, fused=fused)
        first, second = w * 3, w * w
        first.backward()
        optimizer.step()
        w.grad = None
        row = {"optimizer": f"{cls.__name__}(..., fused={fused})"}
        row["counter"] = w._version > 0
        try:
            second.backward()
            row["grad"] = w.grad.item()
        except RuntimeError:
            row["grad"] = None
        row["right"] = 4.0
        rows.append(row)
