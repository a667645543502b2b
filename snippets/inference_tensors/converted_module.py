import torch

with torch.inference_mode():
    layer = torch.nn.Linear(3, 1)
layer.double()
print(f"{layer.weight.is_inference() = }")

y = layer(torch.ones(2, 3).double())  # raises RuntimeError
