"""Draw the chooser and the cheat sheet; the answers are `sitebuild.fences.chooser.wishes`'s."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence

from sitebuild.fences.chooser.wishes import (
    CHEAT_SHEET,
    EXPLAINED,
    KEPT,
    QUESTIONS,
    Answer,
    answers,
    goes_to,
    kind,
    offered,
)
from sitebuild.fences.matrix.table import SOURCES, TRAPS, Matrix, Row
from sitebuild.fences.matrix.view import TRAP_WORDS
from sitebuild.fences.matrix.view import WORDS as TABLE_WORDS
from sitebuild.programs.examples import example_name
from sitebuild.programs.operations import Operation, probe_name

ASKED = {
    "ja": {
        "get": ("何がほしいですか", "ほしいもの"),
        "memory": ("メモリはどうしますか", "メモリ"),
        "gradient": ("勾配を元のテンソルまで流しますか", "勾配"),
        "gpu": ("元のテンソルはどこにありますか", "元の場所"),
        "layout": ("要素の並び（ストライド）を保ちますか", "並び"),
    },
    "en": {
        "get": ("What do you want?", "You get"),
        "memory": ("Whose memory?", "Memory"),
        "gradient": ("Should gradients flow back?", "Gradient"),
        "gpu": ("Where is the source?", "Source on"),
        "layout": ("Keep the layout (strides)?", "Layout"),
    },
}
NAMES = {
    "ja": {
        "tensor": "テンソル",
        "array": "NumPy 配列",
        "number": "Python の数・リスト",
        "own": "元とは別",
        "shared": "元と共有",
        "either": "どちらでもよい",
        "flow": "流す",
        "cut": "流さない",
        "no": "CPU",
        "maybe": "GPU かもしれない",
        "keep": "保つ",
        "any": "問わない",
    },
    "en": {
        "tensor": "a tensor",
        "array": "a NumPy array",
        "number": "Python numbers",
        "own": "its own",
        "shared": "the source's",
        "either": "either",
        "flow": "flows back",
        "cut": "is cut",
        "no": "CPU",
        "maybe": "perhaps a GPU",
        "keep": "kept",
        "any": "does not matter",
    },
}
WORDS = {
    "ja": {
        "colon": "：",
        "join": "、",
        "both": "どちらでも",
        "calls": "呼び出し（よい順）",
        "caption": "答えの組み合わせごとの呼び出し",
        "reset": "最初から",
        "left": "あと {n} 問に答えると、一つに絞れます。",
        "found": "当てはまる呼び出しは {n} 個です。最初の候補は {first} です。",
        "none": "この望みをそのまま叶える呼び出しはありません。",
        "start": "答えるたびに、下の表と呼び出しが絞られます。",
        "rows": "できません。調べた {n} の操作に、これを満たす行はありません。",
        "on cpu": (
            "勧められるものがありません。元が CPU にあれば叶いますが、"
            "GPU にあっても叶うと言える操作はありません。"
        ),
        "nearest": "一か所だけ変えれば叶います",
        "nearest more": "{n} か所変えれば叶います",
        "shared": "x とメモリを共有します。",
        "own": "x とは別のメモリを持ちます。",
        "number": "メモリを共有しようのない、Python の値です。",
        "flow": "勾配は x に届きます。",
        "cut": "勾配は x に届きません。",
        "kept": "転置した x の並び（ストライド）を保ちます。",
        "why": "選ぶ理由",
        "beware": "気をつけること",
        "same": "新しいテンソルはできません。結果は x そのものです。",
        "written": "結果に書き込むと、x の値も変わります。",
        "unwritable": "結果には書き込めません",
        "packed": "転置した x では、並び（ストライド）が {a} から {b} に変わります。",
        "warns": "警告が出ます",
        "raises": "例外になります",
        "needs": "ほかと違う x で調べました",
        "gpu": "x が GPU にあるとき",
        "gpu cpu": "CPU へ移すことを求める書き方なので、x とは別のメモリになるはずです（記録はまだありません）。",
        "gpu source": "デバイスに触れない書き方なので、結果も x と同じデバイスにあるはずです（記録はまだありません）。",
        "gpu ": "CPU へ移すことを求めていないので、勧めません（記録はまだありません）。",
        "row": "一覧表の行",
        "page": "詳しい説明",
        "probe": "調べたプログラム",
        "run": "動くプログラム",
        "cheat caption": "よく使う呼び出しの早見表",
        "call": "呼び出し",
        "shares": "メモリを共有",
        "gradient": "勾配が x に届く",
        "requires": "requires_grad",
        "leaf": "リーフ",
        "trap": "落とし穴",
        "yes": "はい",
        "no": "いいえ",
    },
    "en": {
        "colon": ": ",
        "join": ", ",
        "both": "either",
        "calls": "Calls, best first",
        "caption": "The calls for each combination of answers",
        "reset": "Start over",
        "left": "Answer {n} more to be left with one answer.",
        "found": "Calls that fit: {n}. The first choice is {first}.",
        "none": "No call grants this wish as it stands.",
        "start": "Each answer narrows the table and the calls below.",
        "rows": "Not possible: of the {n} operations probed, no row has this.",
        "on cpu": (
            "Nothing to recommend. It can be had of a source on the CPU, but of "
            "no operation can it be said for a source on a GPU."
        ),
        "nearest": "One change away",
        "nearest more": "{n} changes away",
        "shared": "It shares memory with x.",
        "own": "It has memory of its own.",
        "number": "It is a Python value, with no memory to share.",
        "flow": "The gradient reaches x.",
        "cut": "No gradient reaches x.",
        "kept": "It keeps the strides of a transposed x.",
        "why": "Why",
        "beware": "Beware",
        "same": "Nothing new is made: the result is x itself.",
        "written": "A write into the result changes x.",
        "unwritable": "The result cannot be written",
        "packed": "For a transposed x, the strides change from {a} to {b}.",
        "warns": "It warns",
        "raises": "It raises",
        "needs": "Probed with another x than the rest",
        "gpu": "If x is on a GPU",
        "gpu cpu": "It asks for a move to the CPU, so the memory should be another than that of x (not recorded yet).",
        "gpu source": "It names no device, so the result should be where x is (not recorded yet).",
        "gpu ": "It does not ask for a move to the CPU, so it is not offered (not recorded yet).",
        "row": "row in the matrix",
        "page": "explained",
        "probe": "the program that probed it",
        "run": "A program that runs",
        "cheat caption": "The calls used most",
        "call": "Call",
        "shares": "shares memory",
        "gradient": "gradient reaches x",
        "requires": "requires_grad",
        "leaf": "leaf",
        "trap": "Trap",
        "yes": "yes",
        "no": "no",
    },
}


def render(
    matrix: Matrix, part: str, language: str, root: str, show: Callable[[str], str]
) -> str:
    """Return the HTML of one part of the chooser.

    Args:
        matrix: The table that decides.
        part: One of `chooser.PARTS`.
        language: "ja" or "en".
        root: The way from the page's address to the root of the site.
        show: Returns the HTML of the snippet of a name, with its output.
    """
    if part == "questions":
        return _questions(language, root)
    if part == "answers":
        return _table(matrix, language)
    pages = root if language == "ja" else f"{root}{language}/"
    if part == "calls":
        items = "".join(
            _card(matrix, operation, language, root, pages, show)
            for operation in offered(matrix)
        )
        return f'<ol class="choose-calls">{items}</ol>'
    return _cheat_sheet(matrix, language, pages)


def _code(text: str) -> str:
    return f"<code>{html.escape(text, quote=False)}</code>"


# --- the questions ----------------------------------------------------------------


def _questions(language: str, root: str) -> str:
    """Return the form, hidden until its script runs."""
    words, names = WORDS[language], NAMES[language]
    fields = "".join(
        f"<fieldset><legend>{ASKED[language][question][0]}</legend>"
        + "".join(
            f'<label><input type="radio" name="{question}" value="{answer}">'
            f" {names[answer]}</label>"
            for answer in options
        )
        + "</fieldset>"
        for question, options in QUESTIONS.items()
    )
    texts = "".join(
        f' data-{key}="{html.escape(words[key])}"'
        for key in ("left", "found", "none", "start")
    )
    # The script comes with the form, and runs when the whole page is read.
    return (
        f'<form class="choose" hidden data-search-exclude{texts}>{fields}'
        f'<p><button type="reset">{words["reset"]}</button> '
        '<span role="status" aria-live="polite"></span></p></form>'
        f'<script defer src="{root}assets/chooser.js"></script>'
    )


# --- the decision table --------------------------------------------------------


def merged(found: Sequence[Answer]) -> list[list[Answer]]:
    """Put answers together that differ in nothing but the source or the layout.

    First over the layout; then over the source, if for both of its places the
    layout makes the same difference or none.
    """

    def content(answer: Answer) -> object:
        changes = [answer.wish.changes_to(wish) for wish in answer.nearest]
        return answer.calls, answer.on_cpu, changes

    groups = [[answer] for answer in found]
    for question in ("layout", "gpu"):
        joined: list[list[Answer]] = []
        for group in groups:
            for before in joined:
                first, other = before[0], group[0]
                apart = set(first.wish.changes_to(other.wish))
                layouts = [{a.wish.layout for a in g} for g in (before, group)]
                if (
                    apart == {question}
                    and content(first) == content(other)
                    and (question == "layout" or layouts[0] == layouts[1])
                ):
                    before += group
                    break
            else:
                joined.append(group)
        groups = joined
    return groups


def _table(matrix: Matrix, language: str) -> str:
    words, names = WORDS[language], NAMES[language]
    lines = []
    for group in merged(answers(matrix)):
        answer, cells, data = group[0], "", ""
        for question, options in QUESTIONS.items():
            have = [
                o for o in options if any(getattr(a.wish, question) == o for a in group)
            ]
            data += f' data-{question}="{" ".join(have)}"'
            label = ASKED[language][question][1]
            name = names[have[0]] if len(have) == 1 else words["both"]
            tag = 'th scope="row"' if question == "get" else "td"
            cells += f'<{tag} data-label="{label}">{name}</{tag[:2]}>'
        if answer.calls:
            ids = " ".join(operation.id for operation in answer.calls)
            data += f' data-calls="{ids}"'
            items = "".join(
                f'<li><a href="#call-{o.id}">{_code(o.code)}</a></li>'
                for o in answer.calls
            )
            last = f"<ol>{items}</ol>"
        else:
            last = _honest_no(matrix, answer, language)
        lines.append(f'<tr{data}>{cells}<td class="choose-answer">{last}</td></tr>')
    heads = "".join(
        f'<th scope="col">{label}</th>' for _, label in ASKED[language].values()
    )
    return (
        f'<div class="choose-table" tabindex="0" role="region" '
        f'aria-label="{words["caption"]}" data-search-exclude><table class="choose-on">'
        f"<caption>{words['caption']}</caption><thead><tr>{heads}"
        f'<th scope="col">{words["calls"]}</th></tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def _honest_no(matrix: Matrix, answer: Answer, language: str) -> str:
    words, names = WORDS[language], NAMES[language]
    reason = words["on cpu" if answer.on_cpu else "rows"]
    text = reason.format(n=len(matrix.operations))
    ways = []
    for wish in answer.nearest:
        changes = answer.wish.changes_to(wish)
        named = words["join"].join(
            f"{ASKED[language][question][1]}{words['colon']}{names[to]}"
            for question, to in changes.items()
        )
        to = "&amp;".join(f"{question}={to}" for question, to in changes.items())
        ways.append(f'<li data-to="{to}">{named}</li>')
    count = len(answer.wish.changes_to(answer.nearest[0]))
    lead = words["nearest"] if count == 1 else words["nearest more"].format(n=count)
    return (
        f"<p>✕ {text}</p><p>{lead}{words['colon'].rstrip()}</p><ul>{''.join(ways)}</ul>"
    )


# --- the calls ------------------------------------------------------------------


def _why(rows: Sequence[Row], language: str) -> list[str]:
    """Say what all rows of a call have in common, from the rows."""
    words = WORDS[language]
    found = []
    if all(kind(row) == "number" for row in rows):
        found.append(words["number"])
    else:
        shares = {row.facts["shares_storage"] for row in rows}
        if len(shares) == 1:
            found.append(words["shared" if shares.pop() else "own"])
    gradient = {bool(row.facts["gradient"]) for row in rows if row.source != "plain"}
    if len(gradient) == 1:
        found.append(words["flow" if gradient.pop() else "cut"])
    if all(row.facts["strides"] == KEPT for row in rows):
        found.append(words["kept"])
    return found


def _beware(rows: Sequence[Row], language: str, short: bool = False) -> list[str]:
    """Say what in the rows of a call may surprise, from the rows, as HTML."""
    words, found = WORDS[language], []
    colon = words["colon"]

    def of_sources(rows_with: Sequence[Row]) -> str:
        if len(rows_with) == len(SOURCES):
            return ""
        named = TABLE_WORDS[language]["and"].join(
            TABLE_WORDS[language][row.source] for row in rows_with
        )
        return f" ({named})" if language == "en" else f"（{named}）"

    def texts(lead: str, name: str) -> None:
        messages: dict[str, list[Row]] = {}
        for row in rows:
            value = row.facts[name] or ()
            for text in [value] if isinstance(value, str) else value:
                messages.setdefault(text, []).append(row)
        for text, having in messages.items():
            shown = text.partition(":")[0] if short else " ".join(text.split())
            found.append(
                f"{lead}{of_sources(having)}{colon}"
                f"<samp>{html.escape(shown, quote=False)}</samp>"
            )

    texts(words["raises"], "exception")
    if all(row.facts["same_object"] for row in rows):
        found.append(words["same"])
    traps = [t for t in TRAPS if any(t in row.traps for row in rows)]
    for trap in traps:
        name, meaning = TRAP_WORDS[language][trap]
        found.append(f"⚠ {name}" if short else f"⚠ {name}{colon}{meaning}")
    if "unnoticed-write" not in traps and any(r.facts["write_seen"] for r in rows):
        found.append(words["written"])
    texts(words["warns"], "warnings")
    if not all(row.facts["exception"] for row in rows):
        texts(words["unwritable"], "write_exception")
    values = rows[0].operation.values
    if values:
        found.append(f"{words['needs']}{colon}{_code(values)}")
    if not short:
        strides = {row.facts["strides"] for row in rows} - {None, KEPT}
        found += [
            words["packed"].format(a=_code(KEPT), b=_code(step))
            for step in sorted(strides)
        ]
    return found


def _card(
    matrix: Matrix,
    operation: Operation,
    language: str,
    root: str,
    pages: str,
    show: Callable[[str], str],
) -> str:
    words, rows = WORDS[language], matrix.of(operation)
    why = (
        "".join(_why(rows, language))
        if language == "ja"
        else " ".join(_why(rows, language))
    )
    beware = _beware(rows, language)
    facts = f"<dt>{words['why']}</dt><dd>{why}</dd>"
    if beware:
        items = "".join(f"<li>{text}</li>" for text in beware)
        facts += f"<dt>{words['beware']}</dt><dd><ul>{items}</ul></dd>"
    if not matrix.of(operation, "cuda"):
        there = words[f"gpu {goes_to(operation)}"]
        facts += f"<dt>{words['gpu']}</dt><dd>{there}</dd>"
    links = [
        f'<a href="{pages}reference/behaviour-matrix/#{operation.id}">{words["row"]}</a>',
        f'<a href="{root}{probe_name(operation)}.py">{words["probe"]}</a>',
    ]
    if operation.id in EXPLAINED:
        href = pages + EXPLAINED[operation.id]
        links.insert(0, f'<a href="{href}">{words["page"]}</a>')
    return (
        f'<li id="call-{operation.id}" data-call="{operation.id}">'
        f"<h3>{_code(operation.code)}</h3><p>{operation.notes[language]}</p>"
        f"<dl>{facts}</dl>"
        f'<p class="choose-links">{" ".join(links)}</p>'
        f"<details><summary>{words['run']}</summary>"
        f"{show(example_name(operation.id))}</details></li>"
    )


# --- the cheat sheet ---------------------------------------------------------------


def _cheat_sheet(matrix: Matrix, language: str, pages: str) -> str:
    words = WORDS[language]
    by_id = {operation.id: operation for operation in matrix.operations}
    lines = []
    for operation in (by_id[id_] for id_ in CHEAT_SHEET):
        rows = matrix.of(operation)
        href = f"{pages}reference/behaviour-matrix/#{operation.id}"
        cells = "".join(
            f"<td>{_value(rows, name, language)}</td>"
            for name in ("shares_storage", "gradient", "requires_grad", "is_leaf")
        )
        traps = "<br>".join(_beware(rows, language, short=True)) or "–"
        lines.append(
            f'<tr><th scope="row"><a href="{href}">{_code(operation.code)}</a></th>'
            f"{cells}<td>{traps}</td></tr>"
        )
    heads = "".join(
        f'<th scope="col">{words[name]}</th>'
        for name in ("call", "shares", "gradient", "requires", "leaf", "trap")
    )
    return (
        f'<div class="cheat-sheet" tabindex="0" role="region" '
        f'aria-label="{words["cheat caption"]}"><table class="cheat-sheet-on">'
        f"<caption>{words['cheat caption']}</caption>"
        f"<thead><tr>{heads}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    )


def _value(rows: Sequence[Row], name: str, language: str) -> str:
    """Return a fact of the leaf, and of the others where they differ from it."""
    words = WORDS[language]
    shown: dict[str, list[str]] = {}
    for row in rows:
        value = row.facts[name]
        text = "–" if value is None else words["yes" if value else "no"]
        if name == "gradient" and row.source == "plain":
            continue  # it wants none
        if name == "requires_grad" and row.source == "plain":
            continue
        shown.setdefault(text, []).append(TABLE_WORDS[language][row.source])
    if len(shown) == 1:
        return next(iter(shown))
    return "<br>".join(
        f"{text} <small>{TABLE_WORDS[language]['and'].join(sources)}</small>"
        for text, sources in shown.items()
    )
