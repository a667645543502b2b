# %% another-way
import torch

torch.manual_seed(0)
layer = torch.nn.TransformerEncoderLayer(64, 4, 256, batch_first=True).eval()
x = torch.randn(8, 50, 64)
y = layer(x)
with torch.no_grad():
    z = layer(x)
print(f"{torch.equal(y, z) = }, {torch.allclose(y, z, atol=1e-5) = }")

# %% same-way
torch.backends.mha.set_fastpath_enabled(False)
with torch.no_grad():
    z = layer(x)
print(f"{torch.equal(y, z) = }")
