import torch

w = torch.tensor([1.0], requires_grad=True)
s = w.detach().clone()
message = ""
try:
    s.backward()
except RuntimeError as error:
    message = str(error)

print(message)
holds = w.grad is None and message.startswith(
    "element 0 of tensors does not require grad"
)
print(f"{holds = }")
