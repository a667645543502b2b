import torch

model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Dropout())
x = torch.ones(2, 3)

for training in (True, False):
    model.train(training)
    with torch.set_grad_enabled(training):
        y = model(x)
    print(f"{training = }, {y.requires_grad = }")
print(f"{torch.is_grad_enabled() = }")
