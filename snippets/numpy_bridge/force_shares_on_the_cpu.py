import torch

w = torch.tensor([1.0], requires_grad=True)
a = w.numpy(force=True)
b = w.detach().cpu().resolve_conj().resolve_neg().numpy()

a[0] = 7.0
print(f"{b = }")
print(f"{w = }")
