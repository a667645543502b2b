import torch

torch.manual_seed(0)
F = torch.nn.functional
c = torch.rand(2, 2) + 0.5
w = torch.rand(2, 2, requires_grad=True)
m = torch.tensor([[True, False], [False, True]])
t = torch.tensor([0, 1])
operations = """
x + 1; x + w; x - c; -x; x * 2; x * c; x * w; x * x; x / 2; x / w;
c / x; x ** 2; 2 ** x; x @ c; x @ w; x.exp(); x.log(); x.sqrt();
x.sin(); x.cos(); x.abs(); x.round(); x.clamp(0, 1); x.sigmoid();
x.tanh(); x.relu(); F.leaky_relu(x); F.gelu(x); F.silu(x);
x.softmax(1); x.log_softmax(1); x.logsumexp(1); x.sum(); x.mean();
x.var(); x.std(); x.norm(); x.prod(); x.max(); x.max(1).values;
x.sort().values; x.cumsum(1); x.cumprod(1); x.clone(); x.double();
x.view(4); x.t(); x[0]; torch.stack([x, c]); torch.where(m, x, c);
x.masked_fill(m, 0); F.linear(x, c); F.linear(x, w);
F.layer_norm(x, (2,)); F.dropout(x); F.mse_loss(x, c);
F.cross_entropy(x, t)
"""

rows = []
for operation in operations.split(";"):
    x = (torch.rand(2, 2) + 0.5).requires_grad_()
    y = eval(operation.strip())
    node = y.grad_fn
    names = [name for name in dir(node) if name.startswith("_saved_")]
    saved = [getattr(node, name) for name in names]
    places = {s.data_ptr() for s in saved if isinstance(s, torch.Tensor)}
    row = {"operation": operation.strip()}
    row["input"] = x.data_ptr() in places
    row["output"] = y.data_ptr() in places
    row["else"] = bool(places - {x.data_ptr(), y.data_ptr()})
    rows.append(row)
rows.sort(key=lambda row: (row["input"], row["output"]))
