import torch

x = torch.zeros(2, 3).t()

print(f"{x.numpy().strides = }")
print(f"{x.clone().numpy().strides = }")
print(f"{x.numpy().copy().strides = }")
print(f"{x.numpy().copy(order='K').strides = }")
