import torch


def right_or_refused(write):
    x = torch.tensor([2.0], requires_grad=True)
    y = x * x
    write(x.detach())
    try:
        y.backward()
    except RuntimeError:
        return True
    print(f"{x.grad = }")
    return x.grad.item() == 4.0


def capped_before_use():
    x = torch.tensor([2.0], requires_grad=True)
    h = x * 3
    h.detach().fill_(1.0)
    (h * h).backward()
    print(f"{x.grad = }")
    return x.grad.item() == 0.0  # h is 1 whatever x is


holds = {
    "z.fill_(10)": right_or_refused(lambda z: z.fill_(10.0)),
    "z.apply_(...)": right_or_refused(lambda z: z.apply_(lambda v: 10.0)),
    "z.numpy().fill(10)": right_or_refused(lambda z: z.numpy().fill(10.0)),
    "z.fill_(1), then z is used": capped_before_use(),
}
print(f"{holds = }")
