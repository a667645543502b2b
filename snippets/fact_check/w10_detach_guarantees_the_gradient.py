import torch


def right_or_refused(write):
    x = torch.tensor([2.0], requires_grad=True)
    y = x * x
    write(x.detach())
    try:
        y.backward()
    except RuntimeError:
        return True
    return x.grad.item() == 4.0


def through_numpy(z):
    z.numpy()[0] = 10.0


holds = {
    "written as a tensor": right_or_refused(lambda z: z.fill_(10.0)),
    "written as an array": right_or_refused(through_numpy),
}
print(f"{holds = }")
