# %% one-row
import torch

x = torch.tensor([[1.0, 2.0, 3.0]])
wide = x.expand(2, 3)

print(f"{wide.shape = }, {wide.stride() = }")
print(f"{wide.untyped_storage().nbytes() = }")

# %% write-to-a-row
wide[0] = 7.0
print(f"{wide = }")
