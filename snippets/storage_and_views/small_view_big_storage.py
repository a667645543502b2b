import copy
import io

import torch

x = torch.zeros(1000)
tensors = {
    "x": x,
    "x[:2]": x[:2],
    "copy.deepcopy(x[:2])": copy.deepcopy(x[:2]),
    "x[:2].clone()": x[:2].clone(),
}


def in_file(thing):
    file = io.BytesIO()
    torch.save(thing, file)
    return len(file.getvalue())


rows = []
for text, z in tensors.items():
    row = {"saved": text, "values": z.numel() * z.element_size()}
    row["storage"] = z.untyped_storage().nbytes()
    row["file"] = in_file(z)
    rows.append(row)

together = {"saved": "[x, x[:2]]", "values": None, "storage": None}
rows.append({**together, "file": in_file([x, x[:2]])})
