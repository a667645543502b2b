import numpy as np
import torch

w = torch.ones(2, requires_grad=True)

np.allclose(w.clone(), w.clone())  # raises RuntimeError
