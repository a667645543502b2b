import torch

x = torch.ones(2, 3).t()
rows = x.clone(memory_format=torch.contiguous_format)
print(f"{x.stride() = }")
print(f"{x.clone().stride() = }")
print(f"{rows.stride() = }")

wide = torch.ones(1, 3).expand(2, 3)
print(f"{wide.stride() = }")
print(f"{wide.clone().stride() = }")

every_other = torch.ones(2, 6)[:, ::2]
print(f"{every_other.stride() = }")
print(f"{every_other.clone().stride() = }")
