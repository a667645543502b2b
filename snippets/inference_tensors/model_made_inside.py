import torch

torch.manual_seed(0)
with torch.inference_mode():
    layer = torch.nn.Linear(3, 1)
print(f"{layer.weight.is_inference() = }")
print(f"{layer.weight.requires_grad = }")

layer(torch.ones(2, 3)).mean().backward()
print(f"{layer.weight.grad = }")
print(f"{layer.bias.grad = }")
