import torch

x = torch.arange(4.0)
x.resize_(8)

a = x.numpy()
del a
x.resize_(16)  # raises RuntimeError
