import numpy as np
import torch

x = torch.zeros(2)
a = np.array(x)

x[0] = 7.0
print(f"{a = }")
