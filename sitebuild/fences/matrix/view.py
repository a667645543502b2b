"""Draw the behaviour matrix for a page; the data is `sitebuild.fences.matrix.table`'s."""

from __future__ import annotations

import html
from collections.abc import Iterable

from sitebuild.fences.matrix.export import DATA
from sitebuild.fences.matrix.table import (
    FAMILIES,
    SOURCES,
    TRAPS,
    Matrix,
    Row,
)
from sitebuild.programs.operations import Operation, probe_name

WORDS = {
    "ja": {
        "leaf": "リーフ",
        "nonleaf": "非リーフ",
        "plain": "普通",
        "all": "すべて",
        "yes": "はい",
        "no": "いいえ",
        "none": "なし",
        "and": "・",
        "source": "元",
        "program": "プログラム",
        "caption": "操作ごと、元のテンソルごとの挙動",
        "strides failed": "転置した元では",
        "write failed": "結果に書き込むと",
        "gradient failed": "逆伝播すると",
        "filter": "操作を絞り込む",
        "family": "分類",
        "traps only": "落とし穴だけ",
        "shown": "件",
        "sort": "この列で並べ替える",
        "data": "データ",
        "nothing": "該当する操作はありません。",
        "no cuda": (
            "元のテンソルが GPU にある場合の記録は、まだありません。"
            "CUDA のある環境で `nox -s record` を実行すると、ここに並びます。"
        ),
        "cuda": "元のテンソルが GPU にあると変わる操作です。記録した環境",
        "same on cuda": "GPU でも、どの操作も CPU と同じでした。記録した環境",
    },
    "en": {
        "leaf": "leaf",
        "nonleaf": "non-leaf",
        "plain": "plain",
        "all": "all",
        "yes": "yes",
        "no": "no",
        "none": "none",
        "and": ", ",
        "source": "Source",
        "program": "program",
        "caption": "What each operation does, for each kind of source",
        "strides failed": "of a transposed source",
        "write failed": "writing into the result",
        "gradient failed": "backward pass",
        "filter": "Filter operations",
        "family": "Family",
        "traps only": "only those that lie in wait",
        "shown": "operations",
        "sort": "sort by this column",
        "data": "The data",
        "nothing": "There is no such operation.",
        "no cuda": (
            "No run with the source on a GPU has been recorded yet. "
            "`nox -s record` on a machine with CUDA fills this in."
        ),
        "cuda": "What changes when the source is on a GPU. Recorded with",
        "same on cuda": "On the GPU every operation did as on the CPU. Recorded with",
    },
}
FAMILY_WORDS = {
    "ja": {
        "same": ("同じオブジェクト", "結果は x そのものです。"),
        "tracked-alias": (
            "計算グラフにつながった別名",
            "x とメモリを共有し、勾配も x に届きます（ビュー）。",
        ),
        "noticed-alias": (
            "自動微分が気づく別名",
            "x とメモリを共有し、勾配は届きません。"
            "書き込みは x のバージョンカウンタに現れます。",
        ),
        "unnoticed-alias": (
            "自動微分が気づかない別名",
            "x とメモリを共有し、勾配は届きません。"
            "書き込んでも x のバージョンカウンタは動きません。",
        ),
        "readonly-alias": (
            "書き込めない別名",
            "x とメモリを共有しますが、結果への書き込みは例外になります。",
        ),
        "tracked-copy": (
            "計算グラフにつながったコピー",
            "メモリは別で、勾配は x に届きます。",
        ),
        "cut-copy": ("切り離されたコピー", "メモリは別で、勾配も x に届きません。"),
        "value": (
            "テンソルではない値",
            "x とメモリを共有しない配列や、Python の数やリストです。",
        ),
        "raises": ("例外になる", "どの元でも例外になります。"),
        "depends": ("元によって変わる", "元のテンソルの種類によって分類が変わります。"),
    },
    "en": {
        "same": ("Same object", "The result is x itself."),
        "tracked-alias": (
            "Alias in the graph",
            "Shares memory with x, and the gradient reaches x: a view.",
        ),
        "noticed-alias": (
            "Alias that autograd notices",
            "Shares memory with x; no gradient reaches x. "
            "A write moves the version counter of x.",
        ),
        "unnoticed-alias": (
            "Alias that autograd does not notice",
            "Shares memory with x; no gradient reaches x. "
            "A write leaves the version counter of x where it was.",
        ),
        "readonly-alias": (
            "Alias that cannot be written",
            "Shares memory with x; writing into the result raises.",
        ),
        "tracked-copy": (
            "Copy in the graph",
            "Memory of its own; the gradient reaches x.",
        ),
        "cut-copy": (
            "Copy cut from the graph",
            "Memory of its own; no gradient reaches x.",
        ),
        "value": (
            "Not a tensor",
            "An array that shares nothing with x, or a Python number or list.",
        ),
        "raises": ("Raises", "An exception, whatever the source."),
        "depends": (
            "Depends on the source",
            "The kind of source decides which family it is.",
        ),
    },
}
TRAP_WORDS = {
    "ja": {
        "unnoticed-write": (
            "気づかれない書き込み",
            "結果への書き込みで x の値が変わり、x のバージョンカウンタは動きません。",
        ),
        "gradient-ends": (
            "勾配が手前で止まる",
            "requires_grad は True でも、勾配は結果自身の .grad に入り、"
            "x には届きません。",
        ),
        "gradient-lost": (
            "勾配がどこにも入らない",
            "requires_grad は True でも、勾配は x にも結果自身にも入りません。",
        ),
    },
    "en": {
        "unnoticed-write": (
            "unnoticed write",
            "A write into the result changes x, "
            "and the version counter of x does not move.",
        ),
        "gradient-ends": (
            "gradient ends here",
            "requires_grad is True, but the gradient goes to the result's own "
            ".grad and not to x.",
        ),
        "gradient-lost": (
            "gradient is lost",
            "requires_grad is True, but the gradient goes neither to x "
            "nor to the result.",
        ),
    },
}
COLUMNS = {
    "ja": {
        "same_object": "同じオブジェクト",
        "shares_storage": "メモリを共有",
        "write_seen": "書き込みが元に現れる",
        "version_noticed": "元のカウンタが進む",
        "requires_grad": "requires_grad",
        "is_leaf": "is_leaf",
        "grad_fn": "grad_fn",
        "gradient": "勾配が元に届く",
        "result": "結果",
        "strides": "転置した元でのストライド",
    },
    "en": {
        "same_object": "same object",
        "shares_storage": "shares memory",
        "write_seen": "write seen",
        "version_noticed": "counter moves",
        "requires_grad": "requires_grad",
        "is_leaf": "is_leaf",
        "grad_fn": "grad_fn",
        "gradient": "gradient arrives",
        "result": "result",
        "strides": "strides if transposed",
    },
}


def render(matrix: Matrix, part: str, language: str, root: str) -> str:
    """Return the HTML of one part of the matrix.

    Args:
        matrix: The table.
        part: One of `matrix.PARTS`.
        language: "ja" or "en".
        root: The way from the page's address to the root of the site.
    """
    if part == "families":
        return _families(matrix, language)
    if part == "traps":
        return _traps(matrix, language)
    if part == "cuda":
        return _cuda(matrix, language, root)
    return _whole_table(matrix, language, root)


def _code(text: str) -> str:
    return f"<code>{html.escape(text, quote=False)}</code>"


def _link(operation: Operation) -> str:
    return f'<a href="#{operation.id}">{_code(operation.code)}</a>'


def _sources(sources: Iterable[str], language: str) -> str:
    words, named = WORDS[language], list(sources)
    if len(named) == len(SOURCES):
        return words["all"]
    return words["and"].join(words[source] for source in named)


def _families(matrix: Matrix, language: str) -> str:
    parts = []
    for family in FAMILIES:
        members = matrix.members(family)
        if not members:
            continue
        name, meaning = FAMILY_WORDS[language][family]
        items = "".join(
            f"<li>{_link(operation)}"
            + (_by_source(matrix, operation, language) if family == "depends" else "")
            + "</li>"
            for operation in members
        )
        parts.append(
            f'<section class="family"><h3 id="family-{family}">{name} '
            f"<small>({len(members)})</small></h3><p>{meaning}</p>"
            f"<ul>{items}</ul></section>"
        )
    return f'<div class="families">{"".join(parts)}</div>'


def _by_source(matrix: Matrix, operation: Operation, language: str) -> str:
    """Say which family each source brings, sources that agree together."""
    together: dict[str, list[str]] = {}
    for row in matrix.of(operation):
        together.setdefault(row.family, []).append(row.source)
    colon = "：" if language == "ja" else ": "
    stop = "、" if language == "ja" else "; "
    return " " + stop.join(
        f"{_sources(sources, language)}{colon}{FAMILY_WORDS[language][family][0]}"
        for family, sources in together.items()
    )


def _traps(matrix: Matrix, language: str) -> str:
    parts = []
    for trap in TRAPS:
        items = []
        for operation in matrix.operations:
            sources = [r.source for r in matrix.of(operation) if trap in r.traps]
            if not sources:
                continue
            only = ""
            # Only sources that require grad have a gradient to lose.
            if len(sources) < len(SOURCES) - (trap != "unnoticed-write"):
                only = f" <small>{_sources(sources, language)}</small>"
            items.append(f"<li>{_link(operation)}{only}</li>")
        if items:
            name, meaning = TRAP_WORDS[language][trap]
            parts.append(
                f'<section class="family"><h3 id="trap-{trap}">⚠ {name} '
                f"<small>({len(items)})</small></h3><p>{meaning}</p>"
                f"<ul>{''.join(items)}</ul></section>"
            )
    return f'<div class="families">{"".join(parts)}</div>'


# --- the table ------------------------------------------------------------------


def _cells(row: Row, language: str) -> str:
    """Return the cells of one row after its source, and the notes below it."""
    words, facts = WORDS[language], row.facts
    if facts["exception"]:
        text = html.escape(facts["exception"], quote=False)
        return (
            f'<td colspan="{len(COLUMNS[language])}" class="e"><samp>{text}</samp></td>'
        )

    def fact(name: str) -> str:
        value = facts[name]
        if value is None:
            return "<td>–</td>"
        kind = "y" if value else "n"
        return f'<td class="{kind}">{words["yes" if value else "no"]}</td>'

    cells = [fact(name) for name in ("same_object", "shares_storage", "write_seen")]
    if "unnoticed-write" in row.traps:
        cells.append(f'<td class="n t">⚠ {words["no"]}</td>')
    else:
        cells.append(fact("version_noticed"))
    cells += map(fact, ("requires_grad", "is_leaf"))
    applies = facts["requires_grad"] is not None
    cells.append(f"<td>{_code(str(facts['grad_fn'])) if applies else '–'}</td>")
    if "gradient-ends" in row.traps or "gradient-lost" in row.traps:
        cells.append(f'<td class="n t">⚠ {words["no"]}</td>')
    else:
        cells.append(fact("gradient"))
    kind = facts["type"] if facts["type"] != "Tensor" else ""
    result = " ".join(t for t in (kind, facts["dtype"], facts["device"]) if t)
    cells.append(f"<td>{_code(result)}</td>")
    strides = str(facts["strides"] or "–").partition(":")[0]
    cells.append(f"<td>{_code(strides) if facts['strides'] else '–'}</td>")
    return "".join(cells)


def _notes(rows: list[Row], language: str) -> list[str]:
    """Return the messages of rows, in full, each once."""
    words = WORDS[language]
    notes: dict[str, list[str]] = {}
    for row in rows:
        facts = row.facts
        texts = [html.escape(w, quote=False) for w in facts["warnings"] or ()]
        for name in ("strides", "write_exception", "gradient_exception"):
            text = facts[name]
            if text and (name != "strides" or ":" in text):
                lead = words[f"{name.partition('_')[0]} failed"]
                texts.append(f"<i>{lead}</i> {html.escape(text, quote=False)}")
        for text in texts:
            notes.setdefault(text, []).append(row.source)
    return [
        (f"<i>{_sources(sources, language)}</i> " if len(sources) < len(rows) else "")
        + text
        for text, sources in notes.items()
    ]


def _body(
    matrix: Matrix, operation: Operation, language: str, root: str, on: str
) -> str:
    """Return the rows of one operation as a `tbody`."""
    words = WORDS[language]
    rows = matrix.of(operation, on)
    together: dict[str, list[Row]] = {}
    for row in rows:
        together.setdefault(_cells(row, language), []).append(row)
    lines = "".join(
        f'<tr data-s="{" ".join(row.source for row in same)}"><th scope="row">'
        f"{_sources((row.source for row in same), language).replace('・', '・<wbr>')}"
        f"</th>{cells}</tr>"
        for cells, same in together.items()
    )
    width = len(COLUMNS[language]) + 1
    notes = "".join(f"<p><samp>{n}</samp></p>" for n in _notes(rows, language))
    if notes:
        lines += f'<tr class="m"><td colspan="{width}">{notes}</td></tr>'
    family = matrix.family(operation, on)
    families = sorted({family, *(row.family for row in rows)})
    traps = [t for t in TRAPS if any(t in row.traps for row in rows)]
    marks = "".join(f" <b>⚠ {TRAP_WORDS[language][t][0]}</b>" for t in traps)
    anchor, program = f' id="{operation.id}"', f"{root}{probe_name(operation)}.py"
    lined = "\n" in operation.code
    if on != "cpu":  # the row has its anchor in the first table
        anchor = ""
    return (
        f'<tbody{anchor} data-f="{" ".join(families)}"'
        f"{' data-t' if traps else ''}>"
        f'<tr class="o"><th colspan="{width}" scope="rowgroup"><p>'
        f"{_link(operation)}{'<br>' if lined else ' '}"
        f"<span>{operation.notes[language]}"
        f' <a href="#family-{family}">{FAMILY_WORDS[language][family][0]}</a>{marks}'
        f' <a href="{program}">{words["program"]}</a></span></p></th></tr>'
        f"{lines}</tbody>"
    )


def _table(
    matrix: Matrix,
    operations: Iterable[Operation],
    language: str,
    root: str,
    on: str = "cpu",
) -> str:
    words = WORDS[language]
    # No `div` may be inside: Material's search takes its end for that of the
    # one that is excluded.
    heads = "".join(
        f'<th scope="col" data-c="{name}">{label}</th>'
        for name, label in COLUMNS[language].items()
    )
    bodies = "".join(_body(matrix, o, language, root, on) for o in operations)
    return (
        f'<div class="matrix" tabindex="0" role="region" '
        f'aria-label="{words["caption"]}" data-search-exclude><table class="matrix-on">'
        f"<caption>{words['caption']}</caption>"
        f'<thead><tr><th scope="col">{words["source"]}</th>{heads}</tr></thead>'
        f"{bodies}</table></div>"
    )


def _whole_table(matrix: Matrix, language: str, root: str) -> str:
    words = WORDS[language]
    families = "".join(
        f'<option value="{family}">{FAMILY_WORDS[language][family][0]}</option>'
        for family in FAMILIES
        if any(row.family == family for row in matrix.rows) or matrix.members(family)
    )
    sources = "".join(f'<option value="{s}">{words[s]}</option>' for s in SOURCES)
    controls = (
        f'<form class="matrix-controls" hidden data-sort="{words["sort"]}"'
        f' data-shown="{words["shown"]}" data-search-exclude>'
        f'<label>{words["filter"]} <input type="search" name="text"></label>'
        f'<label>{words["family"]} <select name="family">'
        f'<option value="">{words["all"]}</option>{families}</select></label>'
        f'<label>{words["source"]} <select name="source">'
        f'<option value="">{words["all"]}</option>{sources}</select></label>'
        f'<label><input type="checkbox" name="traps"> {words["traps only"]}</label>'
        '<output name="count" aria-live="polite"></output></form>'
    )
    table = _table(matrix, matrix.operations, language, root)
    return (
        f'{controls}{table}<p class="matrix-data">{words["data"]}: '
        f'<a href="{root}{DATA}.csv" download>CSV</a> '
        f'<a href="{root}{DATA}.json" download>JSON</a></p>'
        f'<script defer src="{root}assets/matrix.js"></script>'
    )


def _cuda(matrix: Matrix, language: str, root: str) -> str:
    words = WORDS[language]
    if not matrix.cuda:
        text = html.escape(words["no cuda"])
        for code in ("nox -s record",):
            text = text.replace(f"`{code}`", _code(code))
        return f'<p class="snippet-note">{text}</p>'
    changed = [o for o in matrix.operations if _differs(matrix, o)]
    where = html.escape(matrix.cuda)
    if not changed:
        return f"<p>{words['same on cuda']}: {where}</p>"
    table = _table(matrix, changed, language, root, "cuda")
    return f"<p>{words['cuda']}: {where}</p>{table}"


def _differs(matrix: Matrix, operation: Operation) -> bool:
    """Whether a source on a GPU changes more than the device of the result."""
    here, there = (
        [
            {k: v for k, v in row.facts.items() if k != "device"}
            for row in matrix.of(operation, on)
        ]
        for on in ("cpu", "cuda")
    )
    return bool(there) and here != there
