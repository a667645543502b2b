import torch

x = torch.arange(6.0)
same = x
rows = x.view(2, 3)
copied = x.clone()
print(f"{torch.equal(copied, x) = }")

x[0] = 7.0
print(f"{same is x = }, {same[0].item() = }")
print(f"{rows is x = }, {rows[0, 0].item() = }")
print(f"{copied is x = }, {copied[0].item() = }")
