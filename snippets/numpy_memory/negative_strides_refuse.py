import numpy as np
import torch

image = np.zeros((2, 2, 3), dtype="uint8")
rgb = image[:, :, ::-1]

print(f"{rgb.strides = }")
print(f"{torch.from_numpy(rgb.copy()).stride() = }")

torch.from_numpy(rgb)  # raises ValueError
