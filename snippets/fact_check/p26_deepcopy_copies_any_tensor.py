from copy import deepcopy

import torch


def copied(x):
    try:
        return torch.equal(deepcopy(x), x)
    except RuntimeError as error:
        print(str(error).split(".")[0])
        return False


w = torch.ones(3, requires_grad=True)
holds = {
    "leaf": copied(w),
    "detached": copied((w * 2).detach()),
    "result of an operation": copied(w * 2),
}
print(f"{holds = }")
