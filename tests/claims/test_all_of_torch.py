"""What the page on all of torch says beyond its computed tables."""

from __future__ import annotations

import pytest
import torch
from torch.testing._internal.common_methods_invocations import op_db

RESHAPE = next(op for op in op_db if op.name == "reshape")


@pytest.mark.parametrize("dtype", RESHAPE.supported_dtypes("cpu"), ids=str)
def test_reshape_is_a_view_in_each_sample_of_torch_and_copies_elsewhere(dtype):
    samples = list(RESHAPE.sample_inputs_func(RESHAPE, "cpu", dtype, False))
    assert len(samples) > 5
    for sample in samples:
        y = RESHAPE(sample.input, *sample.args, **sample.kwargs)
        assert y._is_view()
        assert y.data_ptr() == sample.input.data_ptr()
    x = torch.ones(2, 3, dtype=dtype).t()
    y = x.reshape(6)
    assert not y._is_view()
    assert y.data_ptr() != x.data_ptr()
