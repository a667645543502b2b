import torch

w = torch.tensor([1.0], requires_grad=True)
(w * 3).backward()
kept, copied = w.grad, w.grad.clone()

(w * 4).backward()
print(f"{kept = }, {copied = }")
