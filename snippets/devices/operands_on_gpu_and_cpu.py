# needs: cuda
import torch

x = torch.tensor([2.0], device="cuda")
c = torch.tensor([4.0], device="cpu")

# a tensor without dimensions may stay on the CPU
print(f"{x + torch.tensor(4.0) = }")

y = x + c  # raises RuntimeError
