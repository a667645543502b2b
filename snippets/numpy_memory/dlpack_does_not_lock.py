import numpy as np
import torch

x = torch.arange(4.0)
y = torch.arange(4.0)
a = x.numpy()
b = np.from_dlpack(y)
print(f"{x.untyped_storage().resizable() = }")
print(f"{y.untyped_storage().resizable() = }")

y.resize_(1000)
print(f"{b.ctypes.data == y.data_ptr() = }")
