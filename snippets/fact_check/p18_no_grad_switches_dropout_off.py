import torch
from torch import nn

torch.manual_seed(0)
dropout = nn.Dropout(p=0.5)
data = torch.ones(8)
with torch.no_grad():
    y = dropout(data)
print(f"{y = }")

holds = torch.equal(y, data)
print(f"{holds = }")
