"""What a page can ask for: every fence, each in a module or folder of its own.

A new one is one entry in `FENCES`.
"""

from __future__ import annotations

from sitebuild.fences import (
    benchmark,
    chooser,
    claims,
    matrix,
    population,
    show,
    versions,
)
from sitebuild.fences.fence import Fence

FENCES: dict[str, Fence] = {
    fence.form.name: fence
    for fence in (
        show.SHOW,
        versions.VERSIONS,
        benchmark.BENCHMARK,
        claims.CLAIM,
        claims.CLAIMS,
        matrix.MATRIX,
        chooser.CHOOSER,
        population.POPULATION,
    )
}
FORMS = {name: fence.form for name, fence in FENCES.items()}
