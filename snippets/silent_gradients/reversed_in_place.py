import torch


class Reverse(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad):
        return grad.neg_()


class ReverseCopy(Reverse):
    @staticmethod
    def backward(ctx, grad):
        return -grad


for reverse in (Reverse, ReverseCopy):
    a = torch.tensor([1.0], requires_grad=True)
    b = torch.tensor([1.0], requires_grad=True)
    left = a * 1
    (left + reverse.apply(b)).backward()
    print(f"{reverse.__name__}: {a.grad = }, {b.grad = }")
