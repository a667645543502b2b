import torch

x = torch.tensor([1.0, 4.0], requires_grad=True)
s = x.sin()
e = x.exp()

print(f"{s.grad_fn._saved_self.data_ptr() == x.data_ptr() = }")
print(f"{e.grad_fn._saved_result.data_ptr() == e.data_ptr() = }")
