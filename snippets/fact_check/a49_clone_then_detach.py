import torch

w = torch.tensor([4.0], requires_grad=True)
v = w.clone()
z = v.detach()

print(f"{v.requires_grad = }, {z.requires_grad = }")
holds = {
    "clone() ends the sharing": v.data_ptr() != w.data_ptr(),
    "detach() stops the gradient": v.requires_grad and not z.requires_grad,
}
print(f"{holds = }")
