"""Say what was measured, and show it."""

from __future__ import annotations

import html

from sitebuild.fences.benchmark.measure import BASELINE, Measurement
from sitebuild.figures import chart

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
        f"{_chart(measured, language)}</div>"
        f'<ul class="benchmark-findings">{sentences}</ul>'
        f"<details data-search-exclude><summary>{words['table']}</summary>"
        f'<div class="benchmark-table" tabindex="0"><table class="times">'
        f"<caption>{words['cell']}</caption>"
        f'<thead><tr><th scope="col">{words["length"]}</th>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div></details>"
        f"<figcaption>{html.escape(caption)}</figcaption></figure>"
    )


def _chart(measured: Measurement, language: str) -> str:
    words = WORDS[language]
    return chart.lines(
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
