import copy

import torch

x = torch.tensor([2.0])
shallow = copy.copy(x)

print(f"{torch.as_tensor(x) is x = }")
print(f"{x.to('cpu') is x = }")
print(f"{x.float() is x = }")
print(f"{x.contiguous() is x = }")
print(f"{shallow.data_ptr() == x.data_ptr() = }")
