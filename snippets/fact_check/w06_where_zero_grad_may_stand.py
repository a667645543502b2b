import torch


def trained(order):
    w = torch.tensor(1.0, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.1)
    for data in (1.0, 2.0, 3.0):
        for call in order:
            if call == "zero_grad":
                optimizer.zero_grad()
            elif call == "backward":
                (w * data).backward()
            else:
                optimizer.step()
    return w.item()


first = trained(["zero_grad", "backward", "step"])
last = trained(["backward", "step", "zero_grad"])
between = trained(["backward", "zero_grad", "step"])
print(f"{first == last = }, {between == 1.0 = }")

holds = first == last and between == 1.0
print(f"{holds = }")
