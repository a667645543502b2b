import io

import torch

x = torch.arange(4.0)
file = io.BytesIO()
torch.save({"x": x, "part": x[:2]}, file)

file.seek(0)
loaded = torch.load(file)
loaded["x"][0] = 7.0
print(f"{loaded['part'] = }")
