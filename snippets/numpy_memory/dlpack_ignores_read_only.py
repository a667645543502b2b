import numpy as np
import torch

a = np.arange(3.0)
a.flags.writeable = False

x = torch.from_dlpack(a)
x[0] = 7.0
print(f"{a.flags.writeable = }")
print(f"{a = }")
