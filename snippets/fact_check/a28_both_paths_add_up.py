import torch

x = torch.tensor([2.0])
w = torch.tensor([1.0], requires_grad=True)
(direct,) = torch.autograd.grad(x * w, w)
(through_v,) = torch.autograd.grad(w.clone(), w)
(both,) = torch.autograd.grad(x * w + w.clone(), w)

print(f"{direct = }, {through_v = }, {both = }")
holds = torch.equal(both, direct + through_v) and both.item() == 3.0
print(f"{holds = }")
