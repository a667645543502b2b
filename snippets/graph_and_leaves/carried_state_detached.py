import torch

w = torch.tensor([0.5], requires_grad=True)
optimizer = torch.optim.SGD([w], lr=0.1)
hidden = torch.ones(1)
for x in (1.0, 2.0, 3.0):
    hidden = torch.tanh(w * hidden.detach() + x)
    optimizer.zero_grad()
    hidden.backward()
    optimizer.step()
    print(f"{w.grad = }")
