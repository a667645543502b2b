import torch

torch.manual_seed(0)
encoder = torch.nn.Linear(3, 4)
head = torch.nn.Linear(4, 1)
x = torch.randn(2, 3)

with torch.inference_mode():
    features = encoder(x)
head(features.clone()).mean().backward()
cloned = head.weight.grad

head.zero_grad()
with torch.no_grad():
    features = encoder(x)
head(features).mean().backward()
print(f"{torch.equal(head.weight.grad, cloned) = }")
