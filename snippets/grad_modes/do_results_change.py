import copy
import warnings

import torch
from torch import nn

warnings.simplefilter("ignore")


class SelfAttention(nn.MultiheadAttention):
    def forward(self, x):
        return super().forward(x, x, x, need_weights=False)


def output(layer, x, context):
    torch.manual_seed(1)
    with context():
        y = copy.deepcopy(layer)(x)
    return (y[0] if isinstance(y, tuple) else y).detach()


torch.manual_seed(0)
x, image = torch.randn(4, 6, 16), torch.randn(2, 3, 8, 8)
encoder_layer = nn.TransformerEncoderLayer(16, 2, 32, batch_first=True)
layers = [
    (nn.Linear(16, 16), x),
    (nn.Conv2d(3, 8, 3), image),
    (nn.BatchNorm2d(3), image),
    (nn.Dropout(), x),
    (nn.GRU(16, 16), x),
    (nn.LSTM(16, 16), x),
    (SelfAttention(16, 2, batch_first=True), x),
    (encoder_layer, x),
]

rows = []
for layer, given in layers:
    for training in (True, False):
        layer.train(training)
        y = output(layer, given, torch.enable_grad)
        others = [
            output(layer, given, context)
            for context in (torch.no_grad, torch.inference_mode)
        ]
        rows.append(
            {
                "layer": type(layer).__name__,
                "layers": "train()" if training else "eval()",
                "same_bits": all(torch.equal(y, z) for z in others),
                "close": all(torch.allclose(y, z, atol=1e-5) for z in others),
            }
        )
