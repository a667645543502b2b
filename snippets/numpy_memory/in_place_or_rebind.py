import numpy as np
import torch

a = np.zeros(2)
x = torch.from_numpy(a)

x += 1.0
print(f"{a = }")

x = x + 1.0
print(f"{x = }, {a = }")

x += 1.0
print(f"{x = }, {a = }")
