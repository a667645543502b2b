import torch
import torch._lazy.ts_backend
from torch.utils._python_dispatch import TorchDispatchMode

torch._lazy.ts_backend.init()  # a second device, without a GPU


class Copies(TorchDispatchMode):
    number = 0

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        if operation.overloadpacket.__name__ in ("clone", "_to_copy"):
            self.number += 1
        return operation(*args, **(kwargs or {}))


x = torch.zeros(1000)
with Copies() as here:
    x.detach().clone().numpy()

u = torch.zeros(1000, device="lazy")
try:
    u.detach().clone().numpy()
except TypeError as error:
    print(error)
with Copies() as elsewhere:
    u.detach().clone().cpu().numpy()

print(f"{here.number = }, {elsewhere.number = }")
holds = {  # more copies than the one that the array is made of
    "x on the CPU": here.number > 1,
    "x elsewhere, with cpu()": elsewhere.number > 1,
}
print(f"{holds = }")
