# %% base
import torch

x = torch.arange(6.0)
rows = x.view(2, 3)
row = rows[1]

print(f"{x._is_view() = }, {x._base = }")
print(f"{rows._base is x = }")
print(f"{row._base is x = }")

# %% not-about-memory
t = rows.t()
cut = x.detach()
ravelled = t.ravel()

for name, z in {"cut": cut, "ravelled": ravelled}.items():
    is_view, z_base = z._is_view(), z._base
    z[0] += 10.0
    print(f"{name}: {is_view = }, {z_base is x = }, {x[0] = }")
