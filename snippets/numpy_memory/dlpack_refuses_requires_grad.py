import numpy as np
import torch

w = torch.tensor([1.0], requires_grad=True)

with torch.no_grad():
    a = w.numpy()
b = np.from_dlpack(w.detach())
b[0] = 7.0
print(f"{a = }, {w = }")

with torch.no_grad():
    np.from_dlpack(w)  # raises BufferError
