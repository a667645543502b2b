import torch

w = torch.ones(3, requires_grad=True)
x = torch.ones(3)
with torch.no_grad():
    unrecorded = w + x

holds = {
    "recording is on": (w + x).requires_grad,
    "under no_grad": unrecorded.requires_grad,
    "integer result": (w + x).argmax().requires_grad,
    "zeros_like(w)": torch.zeros_like(w).requires_grad,
}
print(f"{holds = }")
