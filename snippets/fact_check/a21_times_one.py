import torch

w = torch.tensor([3.0], requires_grad=True)
(by_clone,) = torch.autograd.grad(w.clone(), w)
(by_product,) = torch.autograd.grad(w * 1, w)
mask = torch.tensor([True])

print(f"{mask.clone() = }")
print(f"{mask * 1 = }")
holds = {
    "value": torch.equal(w.clone(), w * 1),
    "gradient": torch.equal(by_clone, by_product),
    "dtype of a mask": mask.clone().dtype == (mask * 1).dtype,
}
print(f"{holds = }")
