import torch

w = torch.tensor([1.0], requires_grad=True)
h = w.clone()
y = h * 3 + w

h.register_hook(lambda grad: grad * 10)
w.register_hook(lambda grad: print(f"arriving at w: {grad}"))
w.register_post_accumulate_grad_hook(
    lambda w: print(f"stored in w.grad: {w.grad}")
)
y.backward()
