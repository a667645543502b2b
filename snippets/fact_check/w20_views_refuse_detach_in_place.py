import torch

x = torch.ones(4, requires_grad=True)
h = x * 2
view = h[:2]
try:
    view.detach_()
except RuntimeError as error:
    message = str(error)
else:
    message = ""
print(f"{message = }")
h.detach_()
print(f"{h.is_leaf = }")

holds = message != "" and h.is_leaf
print(f"{holds = }")
