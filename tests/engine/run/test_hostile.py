"""Programs that attack the build: each is named, and the others give their results."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sitebuild.programs.snippet import parse
from sitebuild.run.capture import Shot
from sitebuild.run.result import fault
from sitebuild.run.runner import FORK, Runner
from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(not FORK, reason="there is no zygote to attack")

LOST = (
    "its result was lost: while it ran, the process that runs programs ended or "
    "stood still [lost]"
)
APART = (
    "import subprocess\nsubprocess.Popen(['sleep', '6{}'], start_new_session=True)\n"
)
# name: (program, what its fault says; None where it ends as a program should)
HOSTILE = {
    "stops_its_parent": (
        "# time limit: 1 s (test)\nimport os\nimport signal\n"
        "os.kill(os.getppid(), signal.SIGSTOP)\n",
        LOST,
    ),
    "kills_its_parent": (
        APART.format(41) + "import os\nimport signal\nimport time\n"
        "os.kill(os.getppid(), signal.SIGKILL)\ntime.sleep(9)\n",
        LOST,
    ),
    "replaces_functions": (
        "import json\nimport os\njson.dumps = json.loads = os.write = os._exit = None\n"
        "os.lseek = os.getpid = os.fstat = None\nprint('all the same')\n",
        None,
    ),
    "replaces_a_method": (
        "import json\njson.JSONEncoder.encode = lambda *_: 1 / 0\nprint(1)\n",
        "replaces_a_method.py:3: the process left with status 1, past Python [died]",
    ),
    "answers_itself": (
        "import json\nimport os\nanswer = {'ended': 'end', 'outputs': {'': 'forged'}}\n"
        "for found in map(int, os.listdir('/proc/self/fd')):\n"
        "    try:\n"
        "        os.write(found, json.dumps([1, answer]).encode() + b'\\n')\n"
        "    except OSError:\n"
        "        pass\n"
        "os._exit(0)\n",
        "answers_itself.py:9: the process left with status 0, past Python [died]",
    ),
    "forks_and_comes_back": (
        "import os\nif os.fork():\n    os.wait()\nelse:\n    print('child')\n",
        None,
    ),
}


@pytest.fixture(scope="module")
def ended():
    """Every hostile program's result, and that of a good one beside each."""
    snippets = []
    for name, (source, _) in HOSTILE.items():
        snippets.append(parse(name, f"{name}.py", source))
        snippets.append(parse(f"after {name}", "good.py", "print('good')\n"))
    with Runner(workers=2) as runner:
        return dict(runner.run(snippets))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_program_is_named(name, ended):
    source, message = HOSTILE[name]
    found = fault(parse(name, f"{name}.py", source), ended[name])
    if message is None:
        assert found is None
        assert ended[name].output
    else:
        assert message in str(found)
        assert str(found).startswith(f"{name}.py:")


@pytest.mark.parametrize("name", HOSTILE)
def test_the_program_beside_a_hostile_one_gives_its_result(name, ended):
    assert ended[f"after {name}"].output == "good\n"


def test_no_program_can_answer_for_one_of_the_second_zygote():
    forger = HOSTILE["answers_itself"][0].replace("[1, answer]", "['late', answer]")
    with Runner(workers=1) as runner:
        list(runner.run([parse("forger", "x.py", forger)]))
        late = parse("late", "x.py", "print('true')  # torch.optim\n")
        [(_, result)] = runner.run([late])
    assert result.output == "true\n"


def test_processes_of_one_who_killed_its_parent_are_gone(ended):
    commands = [
        file.read_bytes()
        for file in Path("/proc").glob("[0-9]*/cmdline")
        if readable(file)
    ]
    assert b"sleep\x00641\x00" not in commands


def readable(file: Path) -> bool:
    try:
        return bool(file.read_bytes())
    except OSError:
        return False


def test_a_property_that_raises_spoils_a_figure_and_not_the_run(runner):
    source = (
        "import torch\n\n\nclass Odd(torch.Tensor):\n    @property\n"
        "    def {}(self):\n        raise {}('no')\n\n\n"
        "x = torch.ones(2).as_subclass(Odd)\nprint(1)\n"
    )
    asked = [
        ("is_leaf", "SystemExit"),
        ("shape", "KeyboardInterrupt"),
        ("dtype", "OSError"),
    ]
    shots = [Shot("graph", "", ("x",)), Shot("storage", "", ("x",))]
    snippets = [parse(p, "x.py", source.format(p, error)) for p, error in asked]
    found = dict(runner.run(snippets, figures={p: shots for p, _ in asked}))
    for name, error in asked:
        assert found[name].ended == "end"
        errors = [data.get("error") for data in found[name].figures.values()]
        assert f"cannot draw x: {error}: no" in errors


def test_a_program_sees_no_secret_and_a_home_of_its_own(monkeypatch, tmp_path):
    monkeypatch.setenv("CI_TOKEN", "secret")
    monkeypatch.setenv("HOME", str(tmp_path))
    source = (
        "import os\nimport sys\nimport tempfile\n"
        "print('CI_TOKEN' in os.environ, 'PYTHONPATH' in os.environ)\n"
        f"print({str(ROOT)!r} in sys.path, os.listdir())\n"
        "print(os.path.expanduser('~') == tempfile.gettempdir())\n"
        "print(os.environ['HOME'])\n"
        "open(os.path.expanduser('~/left'), 'w').close()\n"
    )
    for fork in (True, False):
        with Runner(workers=1, fork=fork) as runner:
            [(_, result)] = runner.run([parse("x", "x.py", source)])
        *printed, home = result.output.splitlines()
        assert printed == ["False False", "False []", "True"]
        assert home != str(tmp_path)
        assert not Path(home).exists()
        assert not Path(home).parent.exists()


def test_a_killed_build_leaves_no_process_and_no_file(tmp_path):
    script = (
        "from sitebuild.programs.snippet import parse\n"
        "from sitebuild.run.runner import Runner\n"
        "with Runner(workers=1) as runner:\n"
        "    runner.environment()\n"
        "    print(runner._process.pid, flush=True)\n"
        "    source = 'import time; time.sleep(60)  # 60 s'\n"
        "    list(runner.run([parse('x', 'x.py', source)]))\n"
    )
    build = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert build.stdout and build.stderr
    zygote = int(build.stdout.readline())
    while not list(tmp_path.glob("*/snippet-*/work")):
        time.sleep(0.01)
    build.kill()
    late = time.monotonic() + 20
    while any(tmp_path.iterdir()) or Path(f"/proc/{zygote}/cmdline").exists():
        assert time.monotonic() < late
        time.sleep(0.02)
    assert build.stderr.read() == ""  # the zygote has no traceback to show
