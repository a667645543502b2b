"""``benchmark("topic/name")``: a program, its measurement, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from sitebuild.faults import Fault
from sitebuild.fences import charts, show
from sitebuild.fences.benchmark.measure import BASELINE, Measurement
from sitebuild.fences.fence import Fence
from sitebuild.pages.call import Call, Form
from sitebuild.project import Project, Use
from sitebuild.view import View
from sitebuild.words import Words


def _check(use: Use, project: Project) -> Iterable[Fault]:
    program = project.programs.get(use.call.program)
    if program and not program.is_benchmark:
        yield use.fault("no-benchmark", path=program.path, name=program.name)
    yield from show.check_program(use, project)


def _render(call: Call, view: View) -> Markup:
    measured = view.run.benchmarks.get(call.program)
    return show.frame(call, view, render(measured, view))


def render(measured: Measurement | None, view: View) -> Markup:
    """Return chart, findings, table and caption of a measurement."""
    found = findings(measured, view.words.benchmark) if measured else []
    return view.render(
        "benchmark.html.jinja",
        measured=measured,
        findings=found,
        chart=_chart(measured, found, view) if measured else "",
    )


def findings(measured: Measurement, words: Words) -> list[str]:
    """Return what the numbers say: of the smallest length, and of the largest."""
    lengths = (0, len(measured.n_range) - 1)
    return [words.space.join(_sentences(measured, n, words)) for n in lengths]


def _sentences(measured: Measurement, n: int, words: Words) -> list[str]:
    """Name the fastest, the slowest, and which the spread does not tell apart.

    Two kernels differ beyond the spread when the ranges of their rounds do not
    overlap.
    """
    kernels = [k for k, label in enumerate(measured.labels) if label != BASELINE]
    order = sorted(kernels, key=lambda k: measured.median(k, n))
    best, worst = order[0], order[-1]
    length = f"{measured.n_range[n]:,}"
    groups = _alike(measured, order, n)
    if order in groups:
        return [words.equal.format(n=length)]
    baseline = ""
    if BASELINE in measured.labels:
        empty = measured.median(measured.labels.index(BASELINE), n)
        baseline = words.baseline.format(time=_time(empty))
    fastest = measured.median(best, n)
    known = {"n": length, "best": measured.labels[best], "baseline": baseline}
    sentences = [words.fastest.format(time=_time(fastest), **known)]
    if not any({best, worst} <= set(group) for group in groups):
        ratio = _ratio(measured.median(worst, n) / fastest)
        slowest = measured.labels[worst]
        sentences.append(words.slowest.format(worst=slowest, ratio=ratio))
    for group in groups:
        labels = words.comma.join(measured.labels[k] for k in group)
        sentences.append(words.same.format(labels=labels))
    return sentences if groups else [*sentences, words.apart]


def _ratio(ratio: float) -> str:
    """Write how many times as long: never "1.00", where there is a difference."""
    return f"{ratio:.2f}" if ratio >= 1.005 else f"{ratio:.4f}"


def _time(seconds: float) -> str:
    """Write a time with three digits and the unit that suits it."""
    for unit, factor in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def _alike(measured: Measurement, order: list[int], n: int) -> list[list[int]]:
    """Return the groups of kernels, fastest first, whose ranges all overlap.

    Ranges that all overlap share a point, and the first such point is where one
    of them begins. Two kernels that overlap are in a group together.
    """
    ranges = {k: measured.samples(k, n) for k in order}
    groups = [
        [k for k in order if min(ranges[k]) <= min(ranges[start]) <= max(ranges[k])]
        for start in order
    ]
    largest = [g for g in groups if not any(set(g) < set(other) for other in groups)]
    return [
        group
        for number, group in enumerate(largest)
        if len(group) > 1 and group not in largest[:number]
    ]


def _chart(measured: Measurement, findings: list[str], view: View) -> Markup:
    words = view.words.benchmark
    return charts.draw(
        view,
        measured.name.replace("/", "-"),
        measured.n_range,
        {
            label: [
                [1e6 * second for second in measured.samples(k, n)]
                for n in range(len(measured.n_range))
            ]
            for k, label in enumerate(measured.labels)
        },
        xlabel=words.length,
        ylabel=words.seconds,
        description=" ".join(findings),
    )


BENCHMARK = Fence(
    Form("benchmark", 'benchmark("topic/name")'),
    _render,
    check=_check,
    depends=show.depends,
    publish=show.publish,
)
