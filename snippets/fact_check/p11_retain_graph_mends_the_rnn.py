import torch
from torch import nn

torch.manual_seed(0)
rnn = nn.RNN(3, 4)


def trains(carry, retain_graph, update):
    hidden = torch.zeros(1, 2, 4)
    for _ in range(2):
        output, hidden = rnn(torch.ones(5, 2, 3), carry(hidden))
        try:
            output.sum().backward(retain_graph=retain_graph)
        except RuntimeError as error:
            print(str(error).split(":")[0].split(" (")[0])
            return False
        if update:
            with torch.no_grad():
                for weight in rnn.parameters():
                    weight -= 0.1 * weight.grad
    return True


without = trains(lambda hidden: hidden, retain_graph=False, update=True)
detached = trains(torch.Tensor.detach, retain_graph=False, update=True)
print(f"{without = }, {detached = }")

holds = {
    "weights updated in between": trains(lambda h: h, True, update=True),
    "no update in between": trains(lambda h: h, True, update=False),
}
print(f"{holds = }")
