import torch

w = torch.ones(3, requires_grad=True)
loss = (w * w).sum()
with torch.inference_mode():
    loss.backward()
print(f"{w.grad.is_inference() = }")

(w * w).sum().backward()  # raises RuntimeError
