import torch

print(f"{hasattr(torch.Tensor, 'copy_') = }")
holds = hasattr(torch.Tensor, "copy")
print(f"{holds = }")
