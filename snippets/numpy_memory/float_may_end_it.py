import numpy as np
import torch

for dtype in ("float32", "float64"):
    a = np.zeros(2, dtype=dtype)
    x = torch.from_numpy(a).float()
    x += 1.0
    print(f"{dtype}: {a = }")
