# %% three-objects
import torch

x = torch.arange(6.0).view(2, 3)
t = x.t()
part = x[:, 1:]

for view in (x, t, part):
    print(tuple(view.shape), view.stride(), view.storage_offset())

# %% one-element
i, j = 1, 1
place = part.storage_offset() + i * part.stride(0) + j * part.stride(1)
print(f"{place = }")
print(f"{part[i, j] = }")
print(f"{x.untyped_storage().nbytes() // x.element_size() = }")
print(f"{x.view(-1)[place] = }")
