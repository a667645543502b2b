import warnings

import torch

w = torch.ones(2, 3).t().requires_grad_()
ways = {
    "w.new_tensor(w)": lambda: w.new_tensor(w),
    "w.clone().detach()": lambda: w.clone().detach(),
    "empty_like(w).copy_(w)": lambda: torch.empty_like(w).copy_(w),
    "torch.tensor(w)": lambda: torch.tensor(w),
    "w.detach().clone()": lambda: w.detach().clone(),
}

print(" " * 22, "requires_grad  is_leaf  shares  warns  same strides")
for way, copy in ways.items():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        a = copy()
    shares = a.data_ptr() == w.data_ptr()
    same = a.stride() == w.stride()
    print(f"{way:22} {a.requires_grad!s:13}  {a.is_leaf!s:7}", end="  ")
    print(f"{shares!s:6}  {bool(caught)!s:5}  {same}")
