import warnings

import torch
from torch import nn

warnings.simplefilter("ignore")

torch.manual_seed(0)
layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
model = nn.TransformerEncoder(layer, num_layers=2).eval()
x = torch.randn(1, 4, 8)
padding = torch.tensor([[False, False, True, True]])

y = model(x, src_key_padding_mask=padding)
with torch.no_grad():
    z = model(x, src_key_padding_mask=padding)

print(f"{y.shape = }, {z.shape = }")
print(f"{torch.allclose(y[:, :2], z[:, :2], atol=1e-5) = }")
print(f"{(y[:, 2:] == 0).all().item() = }")
print(f"{(z[:, 2:] == 0).all().item() = }")
