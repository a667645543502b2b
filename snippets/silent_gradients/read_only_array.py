import numpy as np
import torch

array = np.ones(2, dtype=np.float32)
array.flags.writeable = False

t = torch.from_dlpack(array)
t[0] = 5.0
print(f"{array = }")
print(f"{array.flags.writeable = }")
