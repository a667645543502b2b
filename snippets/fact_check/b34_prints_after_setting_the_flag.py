import torch

x = torch.tensor(2.0)
x.requires_grad = True
y = x * x
first = f"y = {y}"
second = f"y.grad = {y.grad}"
print(first)
print(second)

holds = {
    "y": first == "y = torch.tensor(4., grad_fn=<MulBackward>)",
    "y.grad": second == "y.grad = torch.tensor(4.)",
}
print(f"{holds = }")
