# %% first-batch
import numpy as np
import torch

w = torch.tensor([1.0], requires_grad=True)
buffer = np.array([2.0], dtype="float32")
batch = torch.from_numpy(buffer)
loss = (w * batch).sum()

# %% next-batch
buffer[0] = 10.0
loss.backward()

print(f"{loss = }")
print(f"{batch._version = }")
print(f"{w.grad = }")
