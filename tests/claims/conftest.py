"""What the tests of claims share."""

from __future__ import annotations

import perfplot
import pytest
import torch
import torch._lazy.ts_backend

from tests.conftest import values

# "lazy" is a device with memory of its own that needs no GPU.
torch._lazy.ts_backend.init()


@pytest.fixture(autouse=True)
def recording():
    """Each test begins and ends with recording on, whatever it switches.

    And gives warnings as torch does: once, where it gives them once.
    """
    torch.set_warn_always(False)
    with torch.inference_mode(False), torch.enable_grad():
        yield


@pytest.fixture
def arguments(monkeypatch):
    """A function: with what a benchmark calls perfplot.bench."""

    def collect(name: str):
        monkeypatch.setattr(perfplot, "bench", lambda **given: given)
        return values(name)["data"]

    return collect
