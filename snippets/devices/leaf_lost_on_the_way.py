# needs: cuda
import torch

w = torch.tensor([1.0], requires_grad=True).to("cuda")
w.backward()

print(f"{w.is_leaf = }")
print(f"{w.grad = }")
