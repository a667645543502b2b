import torch

torch.manual_seed(0)
encoder = torch.nn.Linear(3, 4)
head = torch.nn.Linear(4, 1)

with torch.inference_mode():
    features = encoder(torch.randn(2, 3))

loss = head(features).mean()  # raises RuntimeError
