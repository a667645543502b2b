import warnings

import torch


def deprecated(name):
    """Does torch say so, in a warning or in its documentation?"""
    documentation = getattr(torch.Tensor, name).__doc__ or ""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        getattr(torch.ones(2, 2, 2, requires_grad=True), name)
    print(f"{name}: {len(caught) = }, {len(documentation) > 0 = }")
    return {
        "a warning": len(caught) > 0,
        "the documentation": "deprecated" in documentation,
    }


print(f"{deprecated('T') = }")
holds = deprecated("data")
print(f"{holds = }")
