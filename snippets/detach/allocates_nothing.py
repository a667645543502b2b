import torch

w = torch.ones(1000, requires_grad=True)
detached = [w.detach() for _ in range(100)]
cloned = [w.clone() for _ in range(100)]

print(f"{len({id(z) for z in detached}) = }")
print(f"{len({z.data_ptr() for z in detached}) = }")
print(f"{len({v.data_ptr() for v in cloned}) = }")
