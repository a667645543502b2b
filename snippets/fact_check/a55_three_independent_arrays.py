import torch

w = torch.tensor([1.0], requires_grad=True)
arrays = {
    "detach().numpy().copy()": w.detach().numpy().copy(),
    "detach().clone().numpy()": w.detach().clone().numpy(),
    "clone().detach().numpy()": w.clone().detach().numpy(),
}
w.detach()[0] = 7.0

print(f"{w = }")
print(f"{list(arrays.values()) = }")
holds = {way: bool(a[0] == 1.0) for way, a in arrays.items()}
print(f"{holds = }")
