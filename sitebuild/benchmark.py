"""Measure the benchmark snippets, and say what was measured.

A benchmark snippet assigns ``data = perfplot.bench(...)``. perfplot keeps only
the smallest of its samples, so each snippet is run `ROUNDS` times, in turn
with the others, each time in a new process with one thread; what is shown is
the median of the rounds, and their range as the spread.
"""

from __future__ import annotations

import dataclasses
import datetime
import html
import json
import platform
import statistics
import sys
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sitebuild import chart, run
from sitebuild.run import Runner
from sitebuild.snippets import Problem, Snippet

ROUNDS = 5
TIME_LIMIT = 120.0  # seconds for one round of one snippet
STORE = Path(".cache/benchmarks.json")
BASELINE = "empty call"  # the kernel that does nothing

WORDS = {
    "ja": {
        "measured": "計測結果",
        "table": "表で見る",
        "length": "要素数",
        "seconds": "1 回あたりの時間 [µs]",
        "cell": "各欄は中央値、括弧内は最小〜最大（単位は µs）",
        "fastest": "要素数 {n} で最も速いのは {best}、中央値は {time} です",
        "baseline": "（何もしない呼び出しは {time}）",
        "slowest": "最も遅い {worst} はその {ratio} 倍かかりました。",
        "same": "{labels} の差は、計測ごとのばらつきを超えません。",
        "apart": "どの二つの差も計測ごとのばらつきを超えています。",
        "caption": (
            "{cpu}、1 スレッド、torch {torch}、NumPy {numpy}、Python {python}、"
            "perfplot {perfplot}、{date} に計測。プロセスを変えて {rounds} 回計測し、"
            "各回の値は perfplot が残す最小値です。線は中央値、帯は最小から最大まで。"
            "別のマシン、別のスレッド数、GPU での速さは、ここからは分かりません。"
            "帯が重なる方法の優劣も分かりません。"
        ),
        "none": "この例はまだ計測されていません。",
        "comma": "、",
        "stop": "。",
        "space": "",
    },
    "en": {
        "measured": "Measured",
        "table": "As a table",
        "length": "elements",
        "seconds": "time per call [µs]",
        "cell": "each cell: median, and smallest to largest in parentheses, in µs",
        "fastest": "At length {n} the fastest is {best}, with a median of {time}",
        "baseline": " (a call that does nothing: {time})",
        "slowest": "The slowest, {worst}, has {ratio} times that median.",
        "same": "There is no difference beyond the spread between {labels}.",
        "apart": "Every two of them differ by more than the spread.",
        "space": " ",
        "caption": (
            "{cpu}, one thread, torch {torch}, NumPy {numpy}, Python {python}, "
            "perfplot {perfplot}, measured on {date}. {rounds} rounds, each in a new "
            "process; a round's value is the smallest sample, which is all that "
            "perfplot keeps. Lines are medians, bands reach from the smallest to "
            "the largest round. Nothing follows from this for another machine, "
            "more threads or a GPU, nor for methods whose bands overlap."
        ),
        "none": "This example has not been measured yet.",
        "comma": ", ",
        "stop": ".",
    },
}


@dataclass(frozen=True)
class Measurement:
    """One benchmark: seconds per call, by round, kernel and length."""

    name: str
    digest: str  # of the snippet that was measured
    labels: list[str]
    n_range: list[int]
    rounds: list[list[list[float]]]
    environment: dict[str, str]
    charts: dict[str, str]  # SVG by language

    def samples(self, kernel: int, n: int) -> list[float]:
        """Return the seconds of each round for kernel `kernel` at index `n`."""
        return [seconds[kernel][n] for seconds in self.rounds]

    def median(self, kernel: int, n: int) -> float:
        """Return the median of the rounds, in seconds."""
        return statistics.median(self.samples(kernel, n))

    @property
    def kernels(self) -> list[int]:
        """The kernels that are compared: all but the empty call."""
        return [i for i, label in enumerate(self.labels) if label != BASELINE]


def measurements(
    root: Path, snippets: list[Snippet], measure: bool
) -> tuple[dict[str, Measurement], list[Problem]]:
    """Return the measurement of each benchmark, new if `measure` says so.

    The last ones are kept in `STORE`; one whose snippet has changed since is
    not returned.
    """
    store = root / STORE
    if measure:
        found, problems = _measure(snippets)
        if not problems:
            store.parent.mkdir(exist_ok=True)
            plain = [dataclasses.asdict(m) for m in found.values()]
            store.write_text(json.dumps(plain), encoding="utf-8")
        return found, problems
    if not store.exists():
        return {}, []
    digests = {snippet.name: snippet.digest for snippet in snippets}
    last = [Measurement(**entry) for entry in json.loads(store.read_text("utf-8"))]
    return {m.name: m for m in last if digests.get(m.name) == m.digest}, []


def _measure(
    snippets: list[Snippet],
) -> tuple[dict[str, Measurement], list[Problem]]:
    timed = [dataclasses.replace(s, time_limit=TIME_LIMIT) for s in snippets]
    rounds: dict[str, list[dict[str, Any]]] = {s.name: [] for s in timed}
    problems: list[Problem] = []
    begun = time.monotonic()
    with Runner(workers=1, threads=1) as runner:
        environment = runner.environment()
        for number in range(1, ROUNDS + 1):
            for snippet in timed:
                print(
                    f"measuring, round {number} of {ROUNDS}: {snippet.name} "
                    f"({time.monotonic() - begun:.0f} s)",
                    file=sys.stderr,
                )
                collect = {snippet.name: ["data"]}
                [(_, result)] = runner.run([snippet], collect=collect)
                problem = run.problem(snippet, result)
                if problem:
                    problems.append(problem)
                else:
                    rounds[snippet.name].append(result.data["data"])
            if problems:
                return {}, problems
    facts = {
        "cpu": _cpu(),
        "torch": environment["torch"],
        "numpy": environment["numpy"],
        "python": environment["python"],
        "perfplot": version("perfplot"),
        "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
    }
    found = {}
    for snippet in timed:
        data = rounds[snippet.name]
        measured = Measurement(
            snippet.name,
            snippet.digest,
            data[0]["labels"],
            data[0]["n_range"],
            [one["seconds"] for one in data],
            facts,
            {},
        )
        for language, words in WORDS.items():
            measured.charts[language] = chart.lines(
                measured.name.replace("/", "-"),
                measured.n_range,
                {
                    label: [
                        [1e6 * second for second in measured.samples(k, n)]
                        for n in range(len(measured.n_range))
                    ]
                    for k, label in enumerate(measured.labels)
                },
                xlabel=words["length"],
                ylabel=words["seconds"],
                description=" ".join(findings(measured, language)),
            )
        found[snippet.name] = measured
    return found, []


def _cpu() -> str:
    """Name the processor; Linux alone has its model where Python can read it."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _time(seconds: float) -> str:
    """Write a time with three digits and the unit that suits it."""
    for unit, factor in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def findings(measured: Measurement, language: str) -> list[str]:
    """Return what the numbers say, as sentences in `language`.

    One for the smallest and one for the largest length: the fastest and the
    slowest, and which of them the spread does not tell apart. Two kernels
    differ beyond the spread when the ranges of their rounds do not overlap.
    """
    words = WORDS[language]
    found = []
    for n in (0, len(measured.n_range) - 1):
        order = sorted(measured.kernels, key=lambda k: measured.median(k, n))
        best, worst = order[0], order[-1]
        sentence = words["fastest"].format(
            n=f"{measured.n_range[n]:,}",
            best=measured.labels[best],
            time=_time(measured.median(best, n)),
        )
        if BASELINE in measured.labels:
            empty = measured.labels.index(BASELINE)
            sentence += words["baseline"].format(time=_time(measured.median(empty, n)))
        ratio = measured.median(worst, n) / measured.median(best, n)
        sentences = [
            sentence + words["stop"],
            words["slowest"].format(worst=measured.labels[worst], ratio=f"{ratio:.2f}"),
        ]
        groups = _alike(measured, order, n)
        for group in groups:
            labels = words["comma"].join(measured.labels[k] for k in group)
            sentences.append(words["same"].format(labels=labels))
        if not groups:
            sentences.append(words["apart"])
        found.append(words["space"].join(sentences))
    return found


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


def render(measured: Measurement | None, language: str) -> str:
    """Return chart, findings, table and caption of a measurement as HTML."""
    words = WORDS[language]
    if measured is None:
        return f'<p class="snippet-note">{words["none"]}</p>'
    caption = words["caption"].format(
        **measured.environment, rounds=len(measured.rounds)
    )
    head = "".join(f'<th scope="col">{html.escape(x)}</th>' for x in measured.labels)
    rows = ""
    for n, length in enumerate(measured.n_range):
        cells = ""
        for kernel in range(len(measured.labels)):
            samples = [1e6 * s for s in measured.samples(kernel, n)]
            cells += (
                f"<td>{1e6 * measured.median(kernel, n):.4g} "
                f"<small>({min(samples):.4g}–{max(samples):.4g})</small></td>"
            )
        rows += f'<tr><th scope="row">{length:,}</th>{cells}</tr>'
    sentences = "".join(
        f"<li>{html.escape(s)}</li>" for s in findings(measured, language)
    )
    return (
        '<figure class="benchmark">'
        f'<div class="chart" tabindex="0" data-search-exclude>'
        f"{measured.charts[language]}</div>"
        f'<ul class="benchmark-findings">{sentences}</ul>'
        f"<details data-search-exclude><summary>{words['table']}</summary>"
        f'<div class="benchmark-table" tabindex="0"><table class="times">'
        f"<caption>{words['cell']}</caption>"
        f'<thead><tr><th scope="col">{words["length"]}</th>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div></details>"
        f"<figcaption>{html.escape(caption)}</figcaption></figure>"
    )
