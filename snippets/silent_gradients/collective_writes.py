import torch
import torch.distributed as dist

dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
ten = torch.tensor([10.0])
calls = {
    "scatter": lambda t: dist.scatter(t, [ten]),
    "all_to_all_single": lambda t: dist.all_to_all_single(t, ten),
    "all_gather": lambda t: dist.all_gather([t], ten),
    "gather": lambda t: dist.gather(ten, [t]),
}

rows = []
for name, call in calls.items():
    t = torch.tensor([2.0])
    w = torch.tensor([3.0], requires_grad=True)
    y = w * t
    call(t)
    row = {"call": name, "value": t.item(), "counter": t._version > 0}
    try:
        y.backward()
        row["grad"] = w.grad.item()
    except RuntimeError:
        row["grad"] = None
    row["right"] = 2.0
    rows.append(row)
dist.destroy_process_group()
