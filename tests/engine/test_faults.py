"""What a snippet or a page may do wrong, and what its author then sees.

Each fault is really made, in a small project with the real configuration, and
built with the real command. Faults that do not touch each other share a build:
so the report also has to list all of them, not only the first.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from sitebuild.programs.snippet import parse, read_all
from sitebuild.project import read
from sitebuild.run import recording
from sitebuild.run.environment import Environment
from sitebuild.run.result import Result
from sitebuild.run.runner import FORK, Runner
from tests.conftest import copy_project, sitebuild

LANGUAGES = ("ja", "en")
NO_CUDA = {"CUDA_VISIBLE_DEVICES": ""}

FIRST = """\
'''Two lines that are one in Japanese prose:
これは
日本語です。
'''
print("first </samp></pre><script>")
"""

LEAVES_THINGS = """\
import os
import subprocess

with open("left.txt", "w") as file:
    file.write("left")
os.mkdir("folder")
process = subprocess.Popen(["sleep", "600"])
apart = subprocess.Popen(["sleep", "600"], start_new_session=True)
print(process.pid, apart.pid, os.getcwd(), sorted(os.listdir()))
"""


class Project:
    """A small project with a good site, for a fault to be made in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.temporary = root.with_name(f"{root.name}-tmp")
        self.temporary.mkdir(exist_ok=True)

    def write(self, path: str, text: str | bytes) -> None:
        """Write a file; `*` in its path stands for each of the languages.

        A page gets the front matter that it needs: three lines.
        """
        if path.endswith(".md") and isinstance(text, str) and text[:3] != "---":
            text = f"---\ndescription: {path}\n---\n{text}"
        for language in LANGUAGES if "*" in path else LANGUAGES[:1]:
            file = self.root / path.replace("*", language)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text if isinstance(text, bytes) else text.encode())

    def build(self):
        variables = {"TMPDIR": str(self.temporary), **NO_CUDA}
        done = sitebuild(self.root, "build", "--no-measure", **variables)
        left = {path.name.partition("_")[0] for path in self.temporary.iterdir()}
        assert left <= {"torchinductor"}  # which importing torch makes
        return done

    def fail(self) -> str:
        """Build, which has to fail and to change nothing; return the report."""
        before = contents(self.root)
        done = self.build()
        assert done.returncode == 1, done.stdout
        assert "build.py" not in done.stderr  # as in a traceback of our own
        assert contents(self.root) == before
        return done.stderr

    def page(self, path: str) -> str:
        return (self.root / "site" / path).read_text(encoding="utf-8")


def contents(folder: Path) -> dict[str, bytes | None]:
    """All that is in a folder but for what Python itself keeps there."""
    return {
        path.relative_to(folder).as_posix(): None
        if path.is_dir()
        else path.read_bytes()
        for path in folder.rglob("*")
        if "__pycache__" not in path.parts
    }


def entries(report: str) -> dict[str, str]:
    """The parts of a report by their place: ``docs/ja/b.md:3``."""
    parts = re.split(r"\n(?=\S)", report)
    return {part.partition(": ")[0]: part for part in parts if ": " in part}


def fences(*names: str) -> str:
    """One fence after the other; each takes four lines."""
    return "".join(f'```python exec="on"\nshow("{name}")\n```\n\n' for name in names)


def notebook(*cells: tuple[str, str, str]) -> str:
    """The text of a notebook with these cells: kind, id, source."""
    code = {"execution_count": None, "outputs": []}
    return json.dumps(
        {
            "cells": [
                {"cell_type": kind, "id": name, "metadata": {}, "source": [source]}
                | (code if kind == "code" else {})
                for kind, name, source in cells
            ],
            "metadata": {"kernelspec": {"name": "python3", "display_name": "Python"}},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    )


def outputs(html: str) -> list[str]:
    return [s.get_text() for s in BeautifulSoup(html, "html.parser").select("samp")]


def alive(pid: int) -> bool:
    """Whether a process runs; one that only waits to be reaped does not."""
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """A project of which a good site was built."""
    root = tmp_path_factory.mktemp("faults") / "good"
    project = Project(copy_project(root, "[index.md, b.md, c.md, n.ipynb]"))
    project.write("docs/*/index.md", "# Home { #home }\n\n[B](b.md#b)\n")
    shown = fences("t/first", "t/leaves")
    project.write("docs/*/b.md", f"# B {{ #b }}\n\n{shown}本文は\n一行に\nなります。\n")
    project.write("docs/*/c.md", "# C { #c }\n\n## More { #more }\n")
    project.write(
        "docs/*/n.ipynb", notebook(("markdown", "n", "# N"), ("code", "x", "print(1)"))
    )
    project.write("snippets/t/first.py", FIRST)
    project.write("snippets/t/leaves.py", LEAVES_THINGS)
    before = contents(root)
    done = project.build()
    assert done.returncode == 0, done.stderr
    after = contents(root)
    assert {path for path in after if path.partition("/")[0] != "site"} == set(before)
    return project


@pytest.fixture
def project(good, tmp_path):
    shutil.copytree(good.root, tmp_path / "project")
    return Project(tmp_path / "project")


# --- snippets ---------------------------------------------------------------

# name: (source, line, what the report says, what it advises)
FAULTS: dict[str, tuple[str | bytes, int, str, str]] = {
    "unannounced": (
        "print(1)\n1 / 0\n",
        2,
        "raises ZeroDivisionError without announcing it: "
        "ZeroDivisionError: division by zero",
        "end the line with `# raises ZeroDivisionError`",
    ),
    "not_raised": (
        "print(1)\nprint(2)  # raises ValueError\n",
        2,
        "announces ValueError and does not raise it",
        "remove the `# raises` comment",
    ),
    "another_type": (
        'print(1)\nint("x")  # raises TypeError\n',
        2,
        "announces TypeError on line 2, but raises ValueError on line 2",
        "let the announced line raise the announced exception",
    ),
    "another_line": (
        'int("x")\nint("y")  # raises ValueError\n',
        1,
        "announces ValueError on line 2, but raises ValueError on line 1",
        "let the announced line raise the announced exception",
    ),
    "in_a_function": (
        "def f():\n    return [][1]\n\n\nf()\n",
        2,
        "raises IndexError without announcing it",
        "end the line with `# raises IndexError`",
    ),
    "return_outside": (
        "print(1)\nreturn\n",
        2,
        "raises SyntaxError without announcing it",
        "correct the line",
    ),
    "asks_the_reader": (
        'input("name? ")\n',
        1,
        "raises EOFError without announcing it",
        "correct the line",
    ),
    "closes_stderr": (
        "import sys\n\nsys.stderr.close()\n1 / 0\n",
        4,
        "raises ZeroDivisionError without announcing it",
        "correct the line",
    ),
    "closes_all_files": (
        "import os\n\nos.closerange(3, 99)\nprint(1)\n",
        3,
        "the process left with status 1, past Python",
        "find out what line does it",
    ),
    "never_ends": (
        "# time limit: 1 s (test)\nwhile True: pass\n",
        2,
        "was still running after 1 s",
        "make it shorter, or write `# time limit: N s (reason)`",
    ),
    "never_ends_in_a_function": (
        "# time limit: 1 s (test)\ndef f():\n    while True: pass\n\n\nf()\n",
        3,
        "was still running after 1 s",
        "make it shorter",
    ),
    "ignores_signals": (
        "# time limit: 1 s (test)\nimport signal\nimport time\n\n"
        "for name in ('SIGTERM', 'SIGINT', 'SIGHUP', 'SIGABRT'):\n"
        "    signal.signal(getattr(signal, name), signal.SIG_IGN)\n"
        "time.sleep(600)\n",
        7,
        "was still running after 1 s",
        "make it shorter",
    ),
    "stops_itself": (
        "# time limit: 1 s (test)\nimport os\nimport signal\n\n"
        "os.kill(os.getpid(), signal.SIGSTOP)\n",
        5,
        "was still running after 1 s",
        "make it shorter",
    ),
    "exits": (
        "import sys\n\nsys.exit(0)\n",
        3,
        "leaves by sys.exit()",
        "let the program end by itself",
    ),
    "exits_past_python": (
        "import os\n\nprint(1)\nos._exit(0)\n",
        4,
        "the process left with status 0, past Python",
        "find out what line does it",
    ),
    "crashes": (
        "import ctypes\n\n\ndef f():\n    ctypes.string_at(0)\n\n\nf()\n",
        5,
        "the process was killed by SIGSEGV",
        "find out what line does it",
    ),
    "prints_without_end": (
        'while True:\n    print("x" * 100)\n',
        1,
        "prints more than 64 KiB",
        "print less",
    ),
    "writes_a_huge_file": (
        'file = open("huge", "wb", buffering=0)\nfile.seek(2**40)\nfile.write(b"x")\n',
        3,
        "raises OSError without announcing it: OSError: [Errno 27] File too large",
        "correct the line",
    ),
    "syntax_error": (
        "print(1)\nx = = 2\n",
        2,
        "SyntaxError: invalid syntax",
        "`python FILE` must run it as it stands",
    ),
    "not_utf_8": (
        b"print(1)\nprint('\xe9')\n",
        2,
        "not UTF-8",
        "save as UTF-8",
    ),
    "empty": ("# nothing\n", 1, "the snippet has no statement", "write a program"),
    "late_directive": (
        "print(1)\n# needs: cuda\nprint(2)\n",
        2,
        "'# needs: cuda' stands after the first statement",
        "move it to the top of the file",
    ),
    "keeps_no_data": (
        "import perfplot\n\nprint(perfplot.bench(setup=None, kernels=[]))\n",
        3,
        "this benchmark's measurement is not kept in `data`",
        "write `data = perfplot.bench(...)`",
    ),
}
UNREADABLE = ("syntax_error", "not_utf_8", "empty", "late_directive", "keeps_no_data")


def line_on_page(name: str) -> int:
    return 6 + 4 * list(FAULTS).index(name)


@pytest.fixture(scope="module")
def snippet_report(good, tmp_path_factory):
    """The report of one build with all `FAULTS` in it."""
    root = tmp_path_factory.mktemp("snippets") / "project"
    shutil.copytree(good.root, root)
    project = Project(root)
    for name, (source, *_) in FAULTS.items():
        project.write(f"snippets/faults/{name}.py", source)
    shown = fences(*(f"faults/{name}" for name in FAULTS))
    project.write("docs/*/c.md", "# C { #c }\n\n" + shown)
    return project.fail()


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_snippet_is_named_with_line_page_and_advice(snippet_report, name):
    _, line, message, advice = FAULTS[name]
    path = f"snippets/faults/{name}.py"
    found = entries(snippet_report)[f"{path}:{line}"]
    assert found.startswith(f"{path}:{line}: {message}")
    assert advice in found.partition("\n    -> ")[2]
    places = [f"docs/{language}/c.md:{line_on_page(name)}" for language in LANGUAGES]
    if name in UNREADABLE:
        for place in places:
            page = entries(snippet_report)[place]
            assert f"there is no readable snippet 'faults/{name}'" in page
    else:
        assert f"shown on {', '.join(places)}" in found


def test_the_report_lists_these_faults_and_no_others(snippet_report):
    count = len(FAULTS) + len(LANGUAGES) * len(UNREADABLE)
    assert f"\n{count} problems.\n" in snippet_report
    assert "The last good site is untouched." in snippet_report


def test_what_a_snippet_leaves_behind_is_gone(good):
    """Its files were in a folder of its own, its child processes are killed."""
    _, shown = outputs(good.page("b/index.html"))
    pid, apart, folder, files = re.fullmatch(
        r"(\d+) (\d+) (\S+) (.*)\n?", shown
    ).groups()
    assert files == "['folder', 'left.txt']"
    assert good.temporary in Path(folder).parents
    assert not Path(folder).exists()
    assert not alive(int(pid))
    if FORK:  # elsewhere a session of its own is out of our reach
        assert not alive(int(apart))


def test_a_build_that_is_asked_to_end_leaves_nothing_behind(project):
    project.write("snippets/t/first.py", "import time\n\ntime.sleep(9)\n")
    before = contents(project.root)
    build = subprocess.Popen(
        [sys.executable, "-m", "sitebuild", "build", "--no-measure"],
        cwd=project.root,
        env={**os.environ, "PYTHONPATH": str(project.root)},
    )
    while not any(project.root.glob(".site-*")):
        time.sleep(0.05)
    build.terminate()
    assert build.wait() == 128 + signal.SIGTERM
    assert contents(project.root) == before


def test_code_and_output_are_text_and_not_html_or_prose(good):
    for page in ("b/index.html", "en/b/index.html"):
        block = BeautifulSoup(good.page(page), "html.parser").select_one(".snippet")
        assert block.select_one("code").get_text() == FIRST.rstrip()
        assert block.select_one("[data-copy]")["data-copy"] == FIRST
        assert block.select_one("samp").get_text() == "first </samp></pre><script>"
        assert "本文は一行になります。" in good.page(page)


PROBE = """
import os
import sys
import warnings

import torch

print(f"{torch.is_grad_enabled() = }, {torch.is_inference_mode_enabled() = }")
print(f"{torch.get_default_dtype() = }, {torch.get_default_device() = }")
print(f"{torch.initial_seed() = }, {torch.rand(1).item() = }")
print(f"{torch.get_num_threads() = }, {torch.is_deterministic_enabled() = }")
print(torch.tensor([1 / 3]), torch.is_anomaly_enabled())
print(f"{os.environ.get('PROBE') = }, {os.path.basename(os.getcwd()) = }")
print(f"{os.listdir() = }, {len(warnings.filters) = }, {sys.getrecursionlimit() = }")
torch.ones(1, requires_grad=True).clone().grad  # warns
warnings.warn("once")
""".replace(
    "torch.is_deterministic_enabled", "torch.are_deterministic_algorithms_enabled"
)

CHANGES = {
    "grad mode": "torch.set_grad_enabled(False)",
    "inference mode": "torch.inference_mode().__enter__()",
    "default dtype": "torch.set_default_dtype(torch.float64)",
    "default device": 'torch.set_default_device("meta")',
    "seed": "torch.manual_seed(1)",
    "random state": "torch.rand(1)",
    "threads": "torch.set_num_threads(torch.get_num_threads() + 1)",
    "deterministic": "torch.use_deterministic_algorithms(True)",
    "anomaly mode": "torch.autograd.set_detect_anomaly(True)",
    "print options": "torch.set_printoptions(precision=2)",
    "environment": 'import os; os.environ["PROBE"] = "changed"',
    "folder": 'import os; os.mkdir("x"); os.chdir("x")',
    "files": 'open("written", "w").close()',
    "warning filters": 'import warnings; warnings.simplefilter("ignore")',
    "warned once": "torch.ones(1, requires_grad=True).clone().grad",
    "recursion": "import sys; sys.setrecursionlimit(500)",
    "a patched torch": "torch.rand = torch.ones",
}


@pytest.fixture(scope="module")
def one_worker():
    with Runner(workers=1) as runner:
        yield runner


def test_what_a_snippet_changes_reaches_no_other(one_worker):
    """After each of the changes, on one worker, a probe prints the same."""
    sources = {"clean": PROBE}
    for name, change in CHANGES.items():
        sources[name] = f"import torch\n{change}\n{PROBE}"
        sources[f"after {name}"] = PROBE
    ran = dict(one_worker.run(parse(n, "probe.py", s) for n, s in sources.items()))
    printed = {name: result.output for name, result in ran.items()}
    assert "UserWarning: once" in printed["clean"]
    assert "The .grad attribute" in printed["clean"]
    for name in CHANGES:
        assert printed[name] != printed["clean"], f"{name}: the probe is blind"
        assert printed[f"after {name}"] == printed["clean"], name


def test_a_future_statement_holds_for_the_rest_of_the_snippet(one_worker):
    source = "from __future__ import annotations\n\n\ndef f(x: Unknown): ...\n"
    [(_, result)] = one_worker.run([parse("x", "x.py", source)])
    assert result.ended == "end", result.output


def test_what_is_printed_is_cleaned_of_what_differs_between_machines(one_worker):
    source = (
        "import torch\n"
        r'print("1%\r2%\r\n", torch.__file__, object())'
        "\ntorch.ones(1, requires_grad=True).clone().grad  # warns\n"
    )
    [(_, result)] = one_worker.run([parse("x", "x.py", source)])
    printed, warned = result.output.split(" at 0x...>\n")
    assert printed == "1%\n2%\n torch/__init__.py <object object"
    assert warned.startswith("x.py:3: UserWarning: The .grad attribute")
    assert "Triggered" not in warned


@pytest.fixture(scope="module")
def rebuilt(good, tmp_path_factory):
    """The project after an edit, with snippets for CUDA, recorded and not."""
    root = tmp_path_factory.mktemp("rebuilt") / "project"
    shutil.copytree(good.root, root)
    project = Project(root)
    project.write("snippets/t/first.py", 'print("second")\n')
    names = ("recorded", "changed", "never")
    for name in names:
        text = f'# needs: cuda\nprint("{name}")\n'
        project.write(f"snippets/gpu/{name}.py", text)
    shown = fences(*(f"gpu/{name}" for name in names))
    project.write("docs/*/c.md", "# C { #c }\n\n" + shown)
    snippets, _ = read_all(root)
    recorded = [snippets[f"gpu/{name}"] for name in names[:2]]
    environment = Environment(
        torch="2.11.0+cu128",
        python="3.12.1",
        numpy="2.3.0",
        cuda=True,
        device="Test GPU 9000",
        platform="Linux x86_64",
    )
    results = {s.name: Result("end", {"": f"on a GPU: {s.name}\n"}) for s in recorded}
    recording.write(root, environment, recorded, results)
    project.write("snippets/gpu/changed.py", '# needs: cuda\nprint("anew")\n')
    done = project.build()
    assert done.returncode == 0, done.stderr
    return project


def test_an_edited_print_changes_the_pages_of_both_languages(good, rebuilt):
    for page in ("b/index.html", "en/b/index.html"):
        assert outputs(good.page(page))[0].startswith("first")
        assert outputs(rebuilt.page(page))[0] == "second"
    assert rebuilt.page("snippets/t/first.py") == 'print("second")\n'


@pytest.mark.parametrize(
    ("page", "note"),
    [
        ("c/index.html", "CUDA のある環境で実行した記録は、まだありません"),
        ("en/c/index.html", "No run of it in its present form has been recorded yet"),
    ],
)
def test_a_snippet_that_needs_cuda_shows_what_was_recorded(rebuilt, page, note):
    """Its own recording, with the environment; never that of another text."""
    html = rebuilt.page(page)
    assert outputs(html) == ["on a GPU: gpu/recorded"]
    [label] = BeautifulSoup(html, "html.parser").select(".snippet-label")
    where = "torch 2.11.0+cu128, Python 3.12.1, Test GPU 9000, 20"
    assert where in label.get_text()
    assert html.count(note) == 2


# --- pages ------------------------------------------------------------------

B = """\
# B { #b }

```python exec="on"
show("t/gone")
```

```python exec="on"
show("t/first", section="gone")
```

```python exec="on"
import torch
```

```python exec="on"
show(["t/first"])
```

## Without an id

[page](gone.md)
[anchor](c.md#gone)

Underlined
----------

## Twice { #b }

<img src="HTTPS://example.com/x.png" alt="">

<a href="../lost/">x</a>

```text
tensor([1.])
```

```text
"""

# What the report says of which line, in both languages or in one.
PAGE_FAULTS = {
    ("docs/*/b.md:6", "no-such-program"),
    ("docs/*/b.md:10", "no-such-section"),
    ("docs/*/b.md:15", "unknown-call"),
    ("docs/*/b.md:19", "unknown-call"),
    ("docs/*/b.md:22", "no-id"),
    ("docs/*/b.md:24", "dead-link"),
    ("docs/*/b.md:25", "dead-anchor"),
    ("docs/*/b.md:28", "underlined-heading"),
    ("docs/*/b.md:30", "same-id"),
    ("docs/*/b.md:32", "raw-html"),
    ("docs/*/b.md:32", "outside-resource"),
    ("docs/*/b.md:34", "raw-html"),
    ("docs/*/b.md:34", "dead-link"),
    ("docs/*/b.md:36", "not-run"),
    ("docs/*/b.md:40", "open-fence"),
    ("snippets/t/uncited.py:1", "not-shown"),
    ("docs/ja/only.md:1", "missing-page"),
    ("docs/ja/only.md:1", "dead-link"),  # to the other language
    ("docs/ja/only.md:2", "front-matter"),
    ("mkdocs.yml:35", "site-generator"),  # only.md is not in the navigation
    ("docs/en/c.md:8", "unequal-headings"),
    ("docs/en/c.md:10", "unequal-snippets"),
    ("docs/en/c.md:14", "unequal-links"),
    ("docs/en/index.md:1", "unequal-links"),
    ("docs/en/index.md:6", "unequal-headings"),
    ("docs/en/n.ipynb:2", "unequal-cells"),
    ("docs/*/n.ipynb:2", "unshown-value"),
    # The program is that of one language; its lines are not those of the file.
    ("docs/en/n.ipynb:3", "unannounced-exception"),
}


@pytest.fixture(scope="module")
def page_report(good, tmp_path_factory):
    """The report of one build with all `PAGE_FAULTS` in it."""
    root = tmp_path_factory.mktemp("pages") / "project"
    shutil.copytree(good.root, root)
    project = Project(root)
    project.write("snippets/t/uncited.py", "print(1)\n")
    project.write("docs/*/b.md", B)
    project.write(
        "docs/ja/only.md", "---\ndescription: One: two\n---\n\n# Only { #only }\n"
    )
    for language, level, snippet, link, cell in (
        ("ja", "##", "t/first", "index.md", "x = 1\nx / 0"),
        ("en", "###", "t/leaves", "b.md", "y = 2\ny / 0"),
    ):
        text = f"# C {{ #c }}\n\n## More {{ #more }}\n\n{level} Level {{ #level }}\n\n"
        text += fences(snippet) + f"[link]({link})\n"
        project.write(f"docs/{language}/c.md", text)
        text = f"# Home {{ #home }}\n\n## Language {{ #{language} }}\n\n"
        text += "[B](b.md)\n" if language == "ja" else ""
        project.write(f"docs/{language}/index.md", text)
        cells = (("markdown", "n", "# N"), ("code", "x", cell))
        project.write(f"docs/{language}/n.ipynb", notebook(*cells))
    return project.fail()


def test_the_report_names_each_fault_of_a_page_and_no_others(page_report):
    said = {
        (place, kind)
        for place, kind in re.findall(
            r"^(\S+:\d+): (?:.|\n(?! +->))*? \[([a-z0-9-]+)\]$", page_report, re.M
        )
    }
    expected = {
        (place.replace("*", language), kind)
        for place, kind in PAGE_FAULTS
        for language in LANGUAGES
    }
    assert said == expected
    count = re.search(r"\n(\d+) problems\.\n", page_report)
    assert int(count[1]) == len(expected)


@pytest.mark.parametrize("path", ["docs/ja/b.md", "docs/en/n.ipynb", "words/ja.toml"])
def test_a_file_that_cannot_be_read_does_not_hide_the_other_faults(project, path):
    project.write(path, b"# B\n\n\xe9\n")
    project.write("docs/*/c.md", "# C { #c }\n\n##More { #more }\n")
    report = project.fail()
    assert f"{path}:3: not UTF-8: " in report
    assert "docs/en/c.md:6: '##More { #more }' makes a heading" in report
    assert "problem" in report


def test_a_notebook_cell_that_is_no_python_is_named(project):
    """Only reading is needed for this, so no build is made."""
    project.write(
        "docs/*/n.ipynb",
        notebook(("code", "a", "x = 1\ny = 2"), ("code", "b", "x = = 1")),
    )
    faults = read(project.root).faults
    [fault] = [fault for fault in faults if fault.kind == "syntax-error"]
    assert str(fault).startswith("docs/en/n.ipynb:5: the code cell 'b': SyntaxError")
