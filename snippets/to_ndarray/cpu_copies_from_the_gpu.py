# needs: cuda
import torch

x = torch.tensor([1.0], device="cuda", requires_grad=True)
a = x.detach().cpu().numpy()
b = x.detach().to("cpu", copy=True).numpy()

x.detach()[0] = 7.0
print(f"{a = }")
print(f"{b = }")
