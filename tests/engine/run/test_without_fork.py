"""Where a fork is not safe, programs run and end as elsewhere."""

from __future__ import annotations

import os

import pytest

from sitebuild.programs.snippet import parse
from sitebuild.run import result, runner
from sitebuild.run.runner import Runner

SOURCES = {
    "good": "# %% one\nprint(1)\n# %% two\nprint(2)\n",
    "announced": 'print(1)\nint("x")  # raises ValueError\n',
    "raises": "def f():\n    1 / 0\n\n\nprint(1)\nf()\n",
    "exits": "import sys\n\nprint(1)\nsys.exit(0)\n",
    "leaves": "import os\n\nprint(1)\nos._exit(3)\n",
    "crashes": "import ctypes\n\nctypes.string_at(0)\n",
    "hangs": "# time limit: 2 s (test)\nprint(1)\nwhile True: pass\n",
    "floods": 'while True: print("x" * 99)\n',
    "state": (
        "import os\nimport sys\n\nimport torch\n\n"
        "print(torch.get_num_threads(), hash('x'), sys.flags.utf8_mode)\n"
        "print(os.path.basename(os.getcwd()), os.listdir(), sys.argv, __name__)\n"
    ),
}


@pytest.mark.skipif(not runner.FORK, reason="there is nothing to compare with")
def test_without_fork_results_and_faults_are_the_same(tmp_path, monkeypatch):
    snippets = [parse(n, f"snippets/{n}.py", s) for n, s in SOURCES.items()]
    monkeypatch.chdir(tmp_path)  # the builder's folder is not where sitebuild is
    seen = []
    for fork in (True, False):
        with Runner(workers=2, threads=1, fork=fork) as runner:
            seen.append(dict(runner.run(snippets)))
    forked, alone = seen
    assert forked.keys() == alone.keys() == SOURCES.keys()
    for snippet in snippets:
        assert alone[snippet.name] == forked[snippet.name]
        fault = result.fault(snippet, alone[snippet.name])
        assert fault == result.fault(snippet, forked[snippet.name])
        assert bool(fault) == (snippet.name not in ("good", "announced", "state"))
    assert forked["good"].outputs == {"one": "1\n", "two": "2\n"}
    assert forked["state"].output.startswith("1 ")
    assert os.listdir() == []
