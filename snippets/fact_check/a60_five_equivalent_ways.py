import torch

holds = {}
for requires_grad in (False, True):
    x = torch.tensor([1.0, 2.0], requires_grad=requires_grad)
    copies = [
        x.new_tensor(x),
        x.clone().detach(),
        torch.empty_like(x).copy_(x),
        torch.tensor(x),
        x.detach().clone(),
    ]
    facts = [(a.tolist(), a.requires_grad, a.is_leaf) for a in copies]
    print(f"{[a.requires_grad for a in copies] = }")
    holds[f"{requires_grad=}"] = facts == [facts[0]] * len(facts)
print(f"{holds = }")
