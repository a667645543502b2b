import numpy as np
import torch

lengths_differ = [np.zeros(2), np.zeros(3)]
a = np.array(lengths_differ, dtype=object)
print(f"{a.dtype = }, {a.shape = }")

torch.from_numpy(a)  # raises TypeError
