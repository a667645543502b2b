import copy

import torch

w = torch.tensor([1.0], requires_grad=True)
w.backward()
a = copy.deepcopy(w)

print(f"{a = }")
print(f"{a.data_ptr() == w.data_ptr() = }")
print(f"{a.grad = }")
