import torch

x = torch.tensor([1.5], dtype=torch.bfloat16)

print(f"{x.float().numpy() = }")
print(f"{x.view(torch.int16).numpy() = }")

x.numpy(force=True)  # raises TypeError
