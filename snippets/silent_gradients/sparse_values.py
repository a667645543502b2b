import torch

values = torch.tensor([2.0])
index = torch.tensor([[0], [0]])
matrix = torch.sparse_coo_tensor(index, values, (1, 1), check_invariants=True)
w = torch.tensor([[3.0]], requires_grad=True)
y = torch.sparse.mm(matrix, w)

values.mul_(5)
print(f"{values._version = }, {matrix._version = }")
y.backward()
print(f"{w.grad = }")
