import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode


class Counter(TorchDispatchMode):
    operations = 0

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        self.operations += 1
        return operation(*args, **(kwargs or {}))


def fewer_operations(layer):
    model = nn.Sequential(nn.Linear(8, 8), layer, nn.Linear(8, 8))
    with Counter() as train:
        model.train()(torch.ones(4, 8))
    with Counter() as evaluate:
        y = model.eval()(torch.ones(4, 8))
    print(f"{train.operations = }, {evaluate.operations = }")
    print(f"{y.requires_grad = }")
    return evaluate.operations < train.operations


holds = {
    "Linear, ReLU": fewer_operations(nn.ReLU()),
    "Linear, Dropout": fewer_operations(nn.Dropout()),
    "Linear, BatchNorm": fewer_operations(nn.BatchNorm1d(8)),
}
print(f"{holds = }")
