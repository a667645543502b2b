import torch

w = torch.tensor([1.0], requires_grad=True)
a = w.detach().numpy()
a[0] = 7.0

print(f"{w = }")
holds = w.item() == 7.0
print(f"{holds = }")
