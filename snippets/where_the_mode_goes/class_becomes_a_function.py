import torch


@torch.no_grad()
class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(2))
        self.scaled = self.weight * 2

    def forward(self, x):
        return self.weight * x


model = Model()
print(f"{model.scaled.requires_grad = }")
print(f"{model(torch.ones(2)).requires_grad = }")
print(f"{isinstance(Model, type) = }")
