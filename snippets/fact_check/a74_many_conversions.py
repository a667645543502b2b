import weakref

import torch
import torch._lazy.ts_backend

torch._lazy.ts_backend.init()  # a second device, without a GPU
xs = [torch.ones(1000, device="lazy") for _ in range(10)]
made, counts = [], []


def cloned(x):
    clone = x.detach().clone()
    made.append(weakref.ref(clone))
    counts.append(sum(ref() is not None for ref in made))
    return clone


arrays = [cloned(x).cpu().numpy() for x in xs]
one_by_one = max(counts)

clones = [cloned(x) for x in xs]
arrays = [clone.cpu().numpy() for clone in clones]
all_first = max(counts)

print(f"clones at a time: {one_by_one = }, {all_first = }")
holds = {
    "converted one by one": one_by_one > 1,
    "all cloned first": all_first > 1,
}
print(f"{holds = }")
