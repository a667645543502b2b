import torch

w = torch.tensor([0.5], requires_grad=True)
optimizer = torch.optim.SGD([w], lr=0.1)
hidden = torch.ones(1)
for x in (1.0, 2.0, 3.0):
    hidden = torch.tanh(w * hidden + x)
    optimizer.zero_grad()
    hidden.backward(retain_graph=True)  # raises RuntimeError
    optimizer.step()
