import torch
from torch import nn

w = torch.ones(3, requires_grad=True)
model = nn.Linear(3, 1)

holds = {
    "the same dtype": w.to(torch.float32).is_leaf,
    "another dtype": w.to(torch.float64).is_leaf,
    "another device": w.to("meta").is_leaf,
    "weight, by model.to()": model.to(torch.float64).weight.is_leaf,
}
print(f"{holds = }")
