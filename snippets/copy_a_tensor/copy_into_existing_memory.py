import torch

w = torch.tensor([1.0, 2.0], requires_grad=True)
buffer = torch.zeros(2)
address = buffer.data_ptr()

buffer.copy_(w.detach())

print(f"{buffer = }")
print(f"{buffer.data_ptr() == address = }")
