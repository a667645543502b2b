import numpy as np
import torch

a = np.zeros((2, 3), order="F")
x = torch.from_numpy(a)

print(f"{a.strides = }, {x.stride() = }")
print(f"{x.is_contiguous() = }")
print(f"{torch.tensor(a).stride() = }")
print(f"{torch.from_numpy(a.copy()).stride() = }")

x.reshape(-1)[0] = 7.0
print(f"{a = }")
