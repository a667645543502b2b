import torch

x = torch.ones(1, device="meta")
message = ""
try:
    x.numpy()
except TypeError as error:
    message = str(error)

print(message)
holds = message == (
    f"can't convert {x.device} device type tensor to numpy. "
    "Use Tensor.cpu() to copy the tensor to host memory first."
)
print(f"{holds = }")
