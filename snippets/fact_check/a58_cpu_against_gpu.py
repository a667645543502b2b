import torch

ways = [
    lambda a: a.detach().numpy().copy(),
    lambda a: a.clone().detach().numpy(),
    lambda a: a.detach().clone().numpy(),
]
works = {"cpu": 0, "meta": 0}
for device in works:
    for way in ways:
        try:
            way(torch.ones(4, device=device))
            works[device] += 1
        except TypeError as error:
            print(error)

print(f"{works = }")
print(f"{torch.randn(4).device = }")
holds = works["meta"] > 0 or torch.randn(4).device.type != "cpu"
print(f"{holds = }")
