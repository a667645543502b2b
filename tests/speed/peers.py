"""The same content as a site of markdown-exec's and as one of ours.

markdown-exec is what would be used instead: it runs the blocks of a page one
after the other in its own process, and builds one language.
"""

from __future__ import annotations

from pathlib import Path

from tests.conftest import copy_project

PROGRAMS = 6  # on each page

_INTRO = "Page {page} of {pages} has {count} short programs, each with its output."
_PROSE = "This program prints what the ones before it cannot know of, as lists."
_PARTS = (
    """\
x = torch.tensor([{a}, {b}], requires_grad=True)
y = (x * {a}).exp()
y.sum().backward()
print(y.tolist())
print(x.grad.tolist())
""",
    """\
x = torch.arange({n}, dtype=torch.float32)
view = x[1:]
view.mul_({a})
print(x.tolist(), view.storage_offset())
""",
    """\
w = torch.full((3,), {b}, requires_grad=True)
with torch.no_grad():
    frozen = w * {a}
print(frozen.requires_grad, frozen.tolist())
""",
    """\
layer = torch.nn.Linear({n}, 2)
torch.nn.init.constant_(layer.weight, {a})
torch.nn.init.zeros_(layer.bias)
print(layer(torch.ones({n})).tolist())
""",
    """\
x = torch.linspace(0, {b}, {n}).reshape(1, -1)
print((x.T @ x).sum(0).tolist())
""",
    """\
w = torch.tensor({a}, requires_grad=True)
for step in range({n}):
    loss = (w - {b}) ** 2
    loss.backward()
    with torch.no_grad():
        w -= 0.1 * w.grad
    w.grad = None
print(w.tolist())
""",
)
_MARKDOWN_EXEC = """\
site_name: Programs
theme: {{ name: material, font: false }}
plugins: [search, markdown-exec]
markdown_extensions:
  admonition: {{}}
  attr_list: {{}}
  tables: {{}}
  toc: {{ permalink: true }}
  pymdownx.highlight: {{}}
  pymdownx.superfences: {{}}
nav: {nav}
"""
_THEIRS = (
    '```python exec="true" source="above" result="text" session="p{page}"\n{code}```'
)
_OURS = '```python exec="on"\nshow("{name}")\n```'


def _programs(page: int) -> list[str]:
    """The programs of a page: no two on the site are the same."""
    return [
        "import torch\n\n"
        + part.format(a=0.5 + page / 8, b=1.0 + number / 4, n=3 + page % 4)
        for number, part in enumerate(_PARTS)
    ]


def _page(page: int, pages: int, fences: list[str]) -> str:
    """The text of a page, with these fences."""
    title = f"Programs of page {page}"
    parts = [
        f"---\ndescription: {title}\n---\n\n# {title} {{ #top }}",
        _INTRO.format(page=page, pages=pages, count=len(fences)),
    ]
    for number, fence in enumerate(fences):
        parts += [f"## Program {number} {{ #program-{number} }}", _PROSE, fence]
    return "\n\n".join(parts) + "\n"


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def theirs(to: Path, pages: int) -> None:
    """Write the content as markdown-exec has it."""
    names = [f"page-{page}.md" for page in range(pages)]
    _write(to / "mkdocs.yml", _MARKDOWN_EXEC.format(nav=["index.md", *names]))
    _write(to / "docs/index.md", _page(pages, pages, []))
    for page, file in enumerate(names):
        fences = [_THEIRS.format(page=page, code=code) for code in _programs(page)]
        _write(to / "docs" / file, _page(page, pages, fences))


def ours(to: Path, pages: int) -> None:
    """Write the content as a project of ours, the same in all languages."""
    names = [f"page-{page}.md" for page in range(pages)]
    copy_project(to, f"[{', '.join(['index.md', *names])}]")
    for page in range(pages):
        for number, code in enumerate(_programs(page)):
            _write(to / f"snippets/page_{page}/program_{number}.py", code)
    for language in ("ja", "en"):
        folder = to / "docs" / language
        _write(folder / "index.md", _page(pages, pages, []))
        for page, file in enumerate(names):
            shown = (f"page_{page}/program_{number}" for number in range(PROGRAMS))
            fences = [_OURS.format(name=name) for name in shown]
            _write(folder / file, _page(page, pages, fences))
