import torch

w = torch.ones(3, requires_grad=True)

holds = {
    "the same dtype": w.to(torch.float32).is_leaf,
    "another dtype": w.to(torch.float64).is_leaf,
    "another device": w.to("meta").is_leaf,
}
print(f"{holds = }")
