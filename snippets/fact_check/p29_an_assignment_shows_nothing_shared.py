import torch

x = torch.tensor([1.0, 2.0])
array = x.numpy()
shared = array.ctypes.data == x.data_ptr()
array = array + 1
unchanged = torch.equal(x, torch.tensor([1.0, 2.0]))
print(f"{unchanged = }, {shared = }")

holds = unchanged and not shared
print(f"{holds = }")
