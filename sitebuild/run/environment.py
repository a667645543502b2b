"""Where programs run: versions, device, platform."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Environment:
    """One Python with its torch, on one machine."""

    torch: str  # "2.13.0+cpu"
    python: str
    numpy: str
    cuda: bool
    device: str  # the GPU's name, or "CPU"
    platform: str
    date: str = ""  # of a recording

    @property
    def name(self) -> str:
        """The name of its recording: ``torch-2.13.0-cpu``."""
        device = "cuda" if self.cuda else "cpu"
        return f"torch-{self.torch.partition('+')[0]}-{device}"

    @property
    def version(self) -> tuple[int, ...]:
        """The numbers of its torch: ``(2, 13, 0)``."""
        return tuple(map(int, re.findall(r"\d+", self.torch.partition("+")[0])))

    def __str__(self) -> str:
        """Name it in a few words, the same in every language."""
        facts = [f"torch {self.torch}", f"Python {self.python}", self.device, self.date]
        return ", ".join(fact for fact in facts if fact)


def here() -> Environment:
    """Describe this process; imports torch and NumPy."""
    import platform

    import numpy
    import torch

    cuda = torch.cuda.is_available()
    return Environment(
        str(torch.__version__),
        platform.python_version(),
        numpy.__version__,
        cuda,
        torch.cuda.get_device_name(0) if cuda else "CPU",
        f"{platform.system()} {platform.machine()}",
    )
