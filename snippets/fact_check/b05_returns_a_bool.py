import torch

on = torch.is_grad_enabled()
with torch.no_grad():
    off = torch.is_grad_enabled()
print(f"{on = }, {off = }")

holds = on is True and off is False
print(f"{holds = }")
