import torch

print(torch.autograd.get_grad_mode())  # raises AttributeError
