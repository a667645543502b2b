import torch

w = torch.tensor([1.0], requires_grad=True)
shared = w.detach().numpy()
copied = w.detach().numpy().copy()
cloned = w.detach().clone().numpy()
detached = w.clone().detach().numpy()

w.detach()[0] = 7.0
print(f"{shared = }")
print(f"{copied = }")
print(f"{cloned = }")
print(f"{detached = }")
