import torch
import torch.multiprocessing as mp

t = torch.tensor([2.0]).share_memory_()
w = torch.tensor([3.0], requires_grad=True)
y = w * t

process = mp.get_context("fork").Process(target=t.fill_, args=(10.0,))
process.start()
process.join()
print(f"{t = }, {t._version = }")

y.backward()
print(f"{w.grad = }")
