import torch

w = torch.tensor([1.0], requires_grad=True)
calls = {
    "w.view(1)": w.view(1),
    "w.detach()": w.detach(),
    "w.clone()": w.clone(),
    "w.detach().clone()": w.detach().clone(),
}

for call, result in calls.items():
    shares = result.data_ptr() == w.data_ptr()
    flows = result.requires_grad
    print(f"{call:18}  {shares = !s:5}  {flows = }")
