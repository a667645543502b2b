import torch


def trained(*order):
    w = torch.tensor(1.0, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.1)
    for x in (1.0, 2.0, 3.0):
        for call in order:
            if call == "forward":
                loss = w * x
            elif call == "backward":
                loss.backward()
            elif call == "step":
                optimizer.step()
            else:
                optimizer.zero_grad()
    return w.item()


first = trained("zero_grad", "forward", "backward", "step")
second = trained("forward", "zero_grad", "backward", "step")
last = trained("forward", "backward", "step", "zero_grad")
between = trained("forward", "backward", "zero_grad", "step")
print(f"{first == second == last = }, {between = }")

holds = first == second == last and between != first
print(f"{holds = }")
