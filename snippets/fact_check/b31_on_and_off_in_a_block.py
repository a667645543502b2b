import torch

x = torch.tensor(2.0, requires_grad=True)

with torch.no_grad():
    off = x * x
    with torch.enable_grad():
        on_again = x * x
with torch.inference_mode(), torch.enable_grad():
    in_inference_mode = x * x
print(f"{off.requires_grad = }")
print(f"{on_again.requires_grad = }")
print(f"{in_inference_mode.requires_grad = }")

holds = {
    "no_grad": not off.requires_grad,
    "enable_grad in no_grad": on_again.requires_grad,
    "enable_grad in inference_mode": in_inference_mode.requires_grad,
}
print(f"{holds = }")
