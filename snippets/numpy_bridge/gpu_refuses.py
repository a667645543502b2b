# needs: cuda
import torch

w = torch.ones(1, device="cuda", requires_grad=True)

w.numpy()  # raises TypeError
