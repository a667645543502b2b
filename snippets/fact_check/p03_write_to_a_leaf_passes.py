import torch

x = torch.ones(5, requires_grad=True)


def passes(write):
    try:
        write()
    except RuntimeError as error:
        print(str(error).partition(":")[0])
        return False
    return True


def write_to_a_clone_of_what_is_saved():
    h = 2 * x
    y = h * h
    h.clone().add_(1)
    y.sum().backward()


def write_to_a_clone_that_is_saved():
    v = x.clone()
    y = v * v
    v.add_(1)
    y.sum().backward()


print(f"{passes(lambda: x.add_(1)) = }")
holds = {
    "clone of a leaf": passes(lambda: x.clone().add_(1)),
    "clone of what is saved": passes(write_to_a_clone_of_what_is_saved),
    "clone that is saved itself": passes(write_to_a_clone_that_is_saved),
}
print(f"{holds = }")
