import torch
from torch import nn

torch.manual_seed(0)
rnn = nn.RNN(3, 4)
optimizer = torch.optim.SGD(rnn.parameters(), lr=0.1)


def train(carry):
    hidden, messages = torch.zeros(1, 2, 4), []
    for _ in range(2):
        output, hidden = rnn(torch.ones(5, 2, 3), carry(hidden))
        try:
            output.sum().backward(retain_graph=True)
        except RuntimeError as error:
            messages.append(str(error).split(":")[0])
        optimizer.step()
    return messages


retained = train(lambda hidden: hidden)
detached = train(lambda hidden: hidden.detach())
print(f"{retained = }")
print(f"{detached = }")

holds = retained == []
print(f"{holds = }")
