import torch

x = torch.tensor(2.0, requires_grad=True)


def predict():
    return x * x


try:
    bare = torch.no_grad(predict)
    works = not bare().requires_grad
except TypeError as error:
    print(f"TypeError: {error}")
    works = False

holds = not works
print(f"{holds = }")
