import torch

layers = [
    "torch.nn.Linear(4, 4)",
    "torch.nn.Conv1d(2, 2, 1)",
    "torch.nn.LayerNorm(4)",
    "torch.nn.BatchNorm1d(2)",
    "torch.nn.GRUCell(4, 4)",
    "torch.nn.RMSNorm(4)",
]


def first_to_raise(layer, x):
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
    results = []
    calls = {
        "forward": lambda: results.append(layer(x)),
        "backward()": lambda: results[0].sum().backward(),
        "step()": optimizer.step,
    }
    for name, call in calls.items():
        try:
            call()
        except RuntimeError:
            return name


rows = []
for code in layers:
    with torch.inference_mode():
        layer = eval(code)
    shape = (2, 4) if "Cell" in code else (1, 2, 4)
    raises = first_to_raise(layer, torch.ones(shape))
    gradients = [p.grad is not None for p in layer.parameters()]
    rows.append(
        {
            "layer": code,
            "raises": raises,
            "parameters": len(gradients),
            "gradients": sum(gradients),
        }
    )
