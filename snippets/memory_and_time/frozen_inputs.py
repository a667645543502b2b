import torch
from torch.autograd.graph import saved_tensors_hooks

layers = [
    "torch.nn.Linear(4, 4)",
    "torch.nn.RNN(4, 4)",
    "torch.nn.GRU(4, 4)",
    "torch.nn.LSTM(4, 4)",
    "torch.nn.MultiheadAttention(4, 1)",
    "torch.nn.Conv1d(2, 2, 1)",
    "torch.nn.ConvTranspose1d(2, 2, 1)",
    "torch.nn.BatchNorm1d(2)",
    "torch.nn.InstanceNorm1d(2, affine=True)",
    "torch.nn.GroupNorm(1, 2)",
    "torch.nn.LayerNorm(4)",
    "torch.nn.RMSNorm(4)",
    "torch.nn.PReLU()",
]


def saves_its_input(code, learns, dtype):
    layer = eval(code).to(dtype).requires_grad_(learns)
    x = torch.ones(3, 2, 4, dtype=dtype, requires_grad=True)
    saved = set()

    def pack(tensor):
        saved.add(tensor.data_ptr())
        return tensor

    with saved_tensors_hooks(pack, lambda tensor: tensor):
        layer(x, x, x) if "Attention" in code else layer(x)
    return x.data_ptr() in saved


rows = [
    {
        "layer": code,
        "learns": saves_its_input(code, True, torch.float32),
        "frozen": saves_its_input(code, False, torch.float32),
        "frozen, float64": saves_its_input(code, False, torch.float64),
    }
    for code in layers
]
