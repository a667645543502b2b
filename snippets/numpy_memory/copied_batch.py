import numpy as np
import torch

w = torch.tensor([1.0], requires_grad=True)
buffer = np.array([2.0], dtype="float32")
batch = torch.tensor(buffer)
loss = (w * batch).sum()

buffer[0] = 10.0
loss.backward()
print(f"{w.grad = }")
