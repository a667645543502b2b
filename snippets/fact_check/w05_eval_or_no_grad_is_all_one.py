import torch
from torch import nn

torch.manual_seed(0)
data = torch.randn(4, 3)


def same(model):
    with torch.no_grad():
        under_no_grad = model.train()(data)
    return torch.equal(under_no_grad, model.eval()(data))


holds = {
    "Linear, ReLU": same(nn.Sequential(nn.Linear(3, 2), nn.ReLU())),
    "BatchNorm1d": same(nn.BatchNorm1d(3)),
}
print(f"{holds = }")
