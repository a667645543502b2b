import torch

model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Dropout())
x = torch.ones(2, 3)

model.eval()
print(f"{model(x).requires_grad = }")

model.train()
with torch.no_grad():
    print(f"{model(x).requires_grad = }")
    print(f"{model.training = }")
    print(f"{model[0].weight.requires_grad = }")
