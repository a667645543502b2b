import numpy as np
import torch

x = torch.tensor([1.0, 2.0])
a = np.array([3.0, 4.0])

a + x  # raises TypeError
