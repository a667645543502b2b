import torch

holds = {}
for requires_grad in (False, True):
    x = torch.tensor([1.0, 2.0], requires_grad=requires_grad)
    copies = [
        x.clone().detach(),
        torch.empty_like(x).copy_(x),
        x.detach().clone(),
    ]
    print(f"{copies = }")
    holds[f"{requires_grad=}"] = len({repr(a) for a in copies}) == 1
print(f"{holds = }")
