import torch

x = torch.zeros(1000, requires_grad=True)
detached = x.detach()
cloned = detached.clone()
steps = {
    "x on the CPU": [detached, cloned],
    # a copy, as cpu() makes one of a tensor on the GPU
    "x on the GPU": [detached, cloned, cloned.to("cpu", copy=True)],
}

holds = {}
for case, (*before, last) in steps.items():
    array = last.numpy()
    needed = {x.data_ptr(), array.ctypes.data}
    wasted = {a.data_ptr() for a in before} - needed
    print(f"{case}: {len(wasted)}")
    holds[case] = len(wasted) > 0
print(f"{holds = }")
