import torch

layers = [
    "torch.nn.Linear(4, 4)",
    "torch.nn.Conv1d(2, 2, 1)",
    "torch.nn.LayerNorm(4)",
    "torch.nn.BatchNorm1d(2)",
    "torch.nn.GRUCell(4, 4)",
    "torch.nn.RMSNorm(4)",
]

rows = []
for code in layers:
    with torch.inference_mode():
        layer = eval(code)
    shape = (2, 4) if "Cell" in code else (1, 2, 4)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
    raises = "forward"
    try:
        y = layer(torch.ones(shape))
        raises = "backward()"
        y.sum().backward()
        raises = "step()"
        optimizer.step()
        raises = None
    except RuntimeError:
        pass
    gradients = [p.grad is not None for p in layer.parameters()]
    rows.append(
        {
            "layer": code,
            "raises": raises,
            "parameters": len(gradients),
            "gradients": sum(gradients),
        }
    )
