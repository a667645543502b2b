import torch
from torch.autograd import forward_ad

w = torch.tensor([3.0], requires_grad=True)
(by_backward,) = torch.autograd.grad(w * w.detach(), w)

with forward_ad.dual_level():
    u = forward_ad.make_dual(torch.tensor([3.0]), torch.tensor([1.0]))
    by_forward = forward_ad.unpack_dual(u * u.detach()).tangent

print(f"{by_backward = }, {by_forward = }")
holds = {  # the derivative of w * 3; that of w * w is 6
    "in the backward pass": by_backward.item() == 3.0,
    "in forward mode": by_forward.item() == 3.0,
}
print(f"{holds = }")
