import torch

calls = {
    "w.view(1)": lambda w: w.view(1),
    "w.detach()": lambda w: w.detach(),
    "w.clone()": lambda w: w.clone(),
    "w.detach().clone()": lambda w: w.detach().clone(),
}

for call, function in calls.items():
    w = torch.tensor([1.0], requires_grad=True)
    result = function(w)
    if result.requires_grad:
        result.backward()
    flows = w.grad is not None
    with torch.no_grad():
        w[0] = 7.0
    shares = result.item() == 7.0
    print(f"{call:18}  {shares = !s:5}  {flows = }")
