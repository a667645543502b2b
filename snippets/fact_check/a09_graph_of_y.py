import torch

x = torch.tensor([2.0])
w = torch.tensor([1.0], requires_grad=True)
b = torch.tensor([3.0], requires_grad=True)
y = x * w + b

add = y.grad_fn
mul = add.next_functions[0][0]
behind_x, behind_w = [node for node, _ in mul.next_functions]
behind_b = add.next_functions[1][0]

print(f"{behind_x = }")
holds = {
    "x and w into the product": mul._saved_self.data_ptr() == x.data_ptr()
    and behind_w.variable is w,
    "the product and b into the sum": mul.name() == "MulBackward0"
    and behind_b.variable is b,
}
print(f"{holds = }")
