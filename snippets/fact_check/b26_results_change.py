import warnings

import torch
from torch import nn

warnings.simplefilter("ignore")

torch.manual_seed(0)
image = torch.randn(2, 3, 8, 8)
words = torch.randn(2, 5, 16)
padding = torch.tensor([[False, False, False, True, True]] * 2)
linear, convolution = nn.Linear(16, 4), nn.Conv2d(3, 4, 3)
norm, dropout = nn.BatchNorm2d(3), nn.Dropout()
block = nn.TransformerEncoderLayer(16, 2, batch_first=True)
encoder = nn.TransformerEncoder(block, 1).eval()


def changes(call):
    results = []
    for mode in (True, False):
        torch.manual_seed(1)
        with torch.set_grad_enabled(mode):
            results.append(call().detach())
    on, off = results
    return on.shape != off.shape or not torch.allclose(on, off, atol=1e-5)


holds = {
    "Linear": changes(lambda: linear(words)),
    "Conv2d": changes(lambda: convolution(image)),
    "BatchNorm2d": changes(lambda: norm(image)),
    "Dropout": changes(lambda: dropout(words)),
    "TransformerEncoder, padded": changes(
        lambda: encoder(words, src_key_padding_mask=padding)
    ),
}
print(f"{holds = }")
