import copy

import torch

x = torch.arange(5.0)
part = x[:2]
deep = copy.deepcopy(part)
cloned = part.clone()

for z in (part, deep, cloned):
    print(z, z.untyped_storage().nbytes())
