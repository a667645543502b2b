import numpy as np
import torch

samples = [np.zeros(2), np.ones(2)]

x = torch.tensor(samples)
y = torch.from_numpy(np.stack(samples))
print(f"{torch.equal(x, y) = }")
