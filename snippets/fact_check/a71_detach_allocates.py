import torch

w = torch.zeros(1000, requires_grad=True)
detached = [w.detach() for _ in range(100)]
places = {z.data_ptr() for z in detached}

print(f"{len(places) = }")
holds = places != {w.data_ptr()}
print(f"{holds = }")
