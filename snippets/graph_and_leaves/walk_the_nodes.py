# %% walk
import torch

x = torch.tensor([1.0, 2.0])
w = torch.tensor([3.0, 4.0], requires_grad=True)
b = torch.tensor([5.0, 6.0], requires_grad=True)
loss = (x * w + b).sum()


def walk(node, depth=0):
    print("  " * depth + node.name())
    for inner, _ in node.next_functions:
        if inner is not None:
            walk(inner, depth + 1)


walk(loss.grad_fn)

# %% leaf
add = loss.grad_fn.next_functions[0][0]
end = add.next_functions[1][0]
print(f"{end.name() = }")
print(f"{end.variable is b = }")
