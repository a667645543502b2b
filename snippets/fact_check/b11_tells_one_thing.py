import torch
from torch import nn

model = nn.Dropout(p=0.5)
print(f"{model.training = }, {torch.is_grad_enabled() = }")
model.eval()
print(f"{model.training = }, {torch.is_grad_enabled() = }")
with torch.no_grad():
    print(f"{model.training = }, {torch.is_grad_enabled() = }")
