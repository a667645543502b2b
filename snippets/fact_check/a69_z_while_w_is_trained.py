import torch

w = torch.tensor([4.0], requires_grad=True)
t = torch.tensor([7.0], requires_grad=True)
optimizer = torch.optim.SGD([w], lr=0.5)
z = w.detach()
(2 * w).backward()

optimizer.step()
u = z * t
u.backward()
between_passes = t.grad.item() == w.item()

u = z * t
optimizer.step()
during_a_pass = True
try:
    u.backward()
except RuntimeError as error:
    print(str(error).partition(":")[0])
    during_a_pass = False

holds = {
    "step before the forward pass": between_passes,
    "step between forward and backward": during_a_pass,
}
print(f"{holds = }")
