import weakref

import numpy as np
import torch

x = torch.arange(3.0)
from_tensor = x.numpy()
del x
print(f"{from_tensor = }")
print(f"{type(from_tensor.base) = }")

a = np.arange(3.0)
alive = weakref.ref(a)
from_array = torch.from_numpy(a)
del a
print(f"{alive() is not None = }")
del from_array
print(f"{alive() is not None = }")
