import torch
import torch.multiprocessing as mp


def fill(t):
    t.fill_(10.0)


t = torch.tensor([2.0]).share_memory_()
w = torch.tensor([3.0], requires_grad=True)
y = w * t

process = mp.get_context("fork").Process(target=fill, args=(t,))
process.start()
process.join()
print(f"{t = }, {t._version = }")

y.backward()
print(f"{w.grad = }")
