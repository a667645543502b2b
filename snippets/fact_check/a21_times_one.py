import torch

holds = {}
for dtype in (torch.float32, torch.bfloat16, torch.complex64):
    w = torch.tensor([3.0, -0.1], dtype=dtype, requires_grad=True)
    weights = torch.tensor([0.7, 2.0], dtype=dtype)
    clone, product = w.clone(), w * 1
    (by_clone,) = torch.autograd.grad(clone, w, weights)
    (by_product,) = torch.autograd.grad(product, w, weights)
    print(f"{by_clone = }")
    holds[f"{dtype}"] = torch.equal(clone, product) and torch.equal(
        by_clone, by_product
    )
print(f"{holds = }")
