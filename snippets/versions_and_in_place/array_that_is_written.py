import torch


def gradient(to_array):
    x = torch.tensor([1.0, 4.0], requires_grad=True)
    y = x.exp()
    array = to_array(y.detach())
    array /= array.max()
    y.sum().backward()
    return x.grad


shared = gradient(lambda t: t.numpy())
copied = gradient(lambda t: t.numpy().copy())
print(f"{shared = }")
print(f"{copied = }")
print(f"{torch.equal(shared, copied) = }")
