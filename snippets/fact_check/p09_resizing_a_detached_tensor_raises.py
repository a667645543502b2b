import torch

x = torch.ones(3, requires_grad=True)
calls = {
    "resize_": lambda z: z.resize_(2),
    "unsqueeze_": lambda z: z.unsqueeze_(0),
    "set_": lambda z: z.set_(torch.zeros(2)),
}
raised = []
for name, call in calls.items():
    try:
        call(x.detach())
    except RuntimeError as error:
        print(f"{name}: {str(error).splitlines()[0]}")
        raised.append(name)
print(f"{raised = }, {x.shape = }")

holds = len(raised) == len(calls)
print(f"{holds = }")
