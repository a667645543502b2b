import torch

w = torch.zeros(1000, requires_grad=True)
cloned = [w.clone() for _ in range(100)]
places = {v.data_ptr() for v in cloned} - {w.data_ptr()}

print(f"{len(places) = }")
holds = len(places) == 100
print(f"{holds = }")
