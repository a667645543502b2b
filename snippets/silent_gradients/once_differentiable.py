import torch
from torch.autograd.function import once_differentiable


class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.slope = 2 * x
        return x * x

    @staticmethod
    @once_differentiable
    def backward(ctx, grad):
        return grad * ctx.slope


w = torch.tensor([3.0], requires_grad=True)
y = Square.apply(w) * w
(first,) = torch.autograd.grad(y, w, create_graph=True)
(second,) = torch.autograd.grad(first, w, retain_graph=True)
print(f"{second = }")
first.backward()  # raises RuntimeError
