import torch

x = torch.zeros(1000, 4)
shared = x[0].numpy()
copied = x[0].numpy().copy()
cloned = x[0].clone().numpy()

print(f"{shared.nbytes = }")
print(f"{shared.base.untyped_storage().nbytes() = }")
print(f"{copied.base = }")
print(f"{cloned.base.untyped_storage().nbytes() = }")
