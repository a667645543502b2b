import weakref

import numpy as np
import torch


def first_row(convert):
    values = np.zeros((1000, 4), dtype=np.float32)
    array = convert(torch.from_numpy(values)[0])
    return array, weakref.ref(values)


shared, behind_shared = first_row(lambda row: row.numpy())
copied, behind_copied = first_row(lambda row: row.clone().numpy())

print(f"{shared.nbytes = }, {copied.nbytes = }")
holds = {
    "shared row keeps the whole": behind_shared() is not None,
    "copied row keeps the whole": behind_copied() is not None,
}
print(f"{holds = }")
