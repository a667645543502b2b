"""What is said of a measurement, its chart, and runs where fork is not safe."""

from __future__ import annotations

import html
import itertools
import os
import random
import re

import pytest
from bs4 import BeautifulSoup

from sitebuild import benchmark, chart, run
from sitebuild.benchmark import BASELINE, Measurement
from sitebuild.run import Runner
from sitebuild.snippets import parse

ENVIRONMENT = {
    "cpu": "Test CPU <1>",
    "torch": "2.13.0",
    "numpy": "2.4.6",
    "python": "3.11.7",
    "perfplot": "0.10.2",
    "date": "2026-01-02",
}


def measurement(
    kernels: dict[str, list[list[float]]], n_range=(1, 1024)
) -> Measurement:
    """Made up: for each kernel, for each length, the seconds of each round."""
    rounds = len(next(iter(kernels.values()))[0])
    seconds = [
        [
            [by_length[n][r] for n in range(len(n_range))]
            for by_length in kernels.values()
        ]
        for r in range(rounds)
    ]
    svg = {language: f'<svg lang="{language}"></svg>' for language in benchmark.WORDS}
    return Measurement(
        "t/a", "0", list(kernels), list(n_range), seconds, ENVIRONMENT, svg
    )


WINNER = measurement(
    {
        BASELINE: [[1e-7, 1e-7, 1e-7], [1e-7, 1e-7, 1e-7]],
        "slow": [[4e-6, 4.2e-6, 4.1e-6], [9e-3, 8e-3, 8.2e-3]],
        "fast": [[2e-6, 2.1e-6, 1.9e-6], [2e-3, 2.1e-3, 1.9e-3]],
    }
)
ALIKE = measurement(
    {
        "a": [[1.0, 3.0, 2.0], [1.0, 3.0, 2.0]],
        "b": [[1.5, 3.5, 2.5], [1.5, 3.5, 2.5]],
        "c": [[1.4, 3.4, 2.1], [1.4, 3.4, 2.1]],
    }
)


def test_a_clear_winner_is_named_with_its_ratio():
    short, long = benchmark.findings(WINNER, "en")
    assert short == (
        "At length 1 the fastest is fast, with a median of 2 µs (a call that does "
        "nothing: 100 ns). The slowest, slow, has 2.05 times that median. "
        "Every two of them differ by more than the spread."
    )
    assert "At length 1,024 the fastest is fast, with a median of 2 ms" in long
    assert "The slowest, slow, has 4.10 times that median." in long


def test_the_empty_call_is_not_compared():
    """It does nothing, so it would win, and each ratio would be to nothing."""
    assert [WINNER.labels[kernel] for kernel in WINNER.kernels] == ["slow", "fast"]


def test_where_all_overlap_no_difference_is_claimed():
    for sentences in benchmark.findings(ALIKE, "en"):
        assert "There is no difference beyond the spread between a, c, b." in sentences
        assert "Every two" not in sentences
    for sentences in benchmark.findings(ALIKE, "ja"):
        assert "a、c、b の差は、計測ごとのばらつきを超えません" in sentences


@pytest.mark.parametrize("seed", range(200))
def test_two_kernels_share_a_group_exactly_if_their_ranges_overlap(seed):
    numbers = random.Random(seed)
    measured = measurement(
        {
            label: [[numbers.random() for _ in range(numbers.choice([2, 3]))][:2]] * 2
            for label in "abcde"
        }
    )
    order = sorted(measured.kernels, key=lambda k: measured.median(k, 0))
    groups = benchmark._alike(measured, order, 0)
    together = {pair for group in groups for pair in itertools.combinations(group, 2)}
    overlapping = set()
    for a, b in itertools.combinations(order, 2):
        one, other = measured.samples(a, 0), measured.samples(b, 0)
        if max(min(one), min(other)) <= min(max(one), max(other)):
            overlapping.add((a, b))
    assert together == overlapping
    assert not any(set(a) < set(b) for a in groups for b in groups)
    assert len({tuple(group) for group in groups}) == len(groups)


@pytest.mark.parametrize("measured", [WINNER, ALIKE])
def test_both_languages_say_the_same_numbers_of_the_same_kernels(measured):
    ja, en = (" ".join(benchmark.findings(measured, lang)) for lang in ("ja", "en"))
    numbers = r"\d[\d.,]*\d|\d"
    ja = ja.replace("どの 2 つ", "")  # "every two" in words
    assert re.findall(numbers, ja) == re.findall(numbers, en)
    cells = [
        BeautifulSoup(benchmark.render(measured, language), "html.parser").select("td")
        for language in ("ja", "en")
    ]
    assert len(cells[0]) == len(measured.labels) * len(measured.n_range)
    assert cells[0] == cells[1]


def test_what_is_shown_is_the_median_and_the_range_in_microseconds():
    shown = BeautifulSoup(benchmark.render(WINNER, "en"), "html.parser")
    assert [th.get_text() for th in shown.select("thead th")][1:] == WINNER.labels
    rows = [
        [td.get_text() for td in row.select("td")] for row in shown.select("tbody tr")
    ]
    assert rows[0] == ["0.1 (0.1–0.1)", "4.1 (4–4.2)", "2 (1.9–2.1)"]
    assert [row[1] for row in rows] == ["4.1 (4–4.2)", "8200 (8000–9000)"]
    caption = shown.select_one("figcaption").get_text()
    assert "Test CPU <1>" in caption
    assert "3 rounds" in caption
    assert "2026-01-02" in caption


def test_labels_are_text_and_not_html():
    bad = measurement({"<b>a": [[1.0], [1.0]], "x & y": [[2.0], [2.0]]})
    for language in ("ja", "en"):
        shown = benchmark.render(bad, language)
        assert "<b>" not in shown
        assert html.escape("x & y") in shown


def test_a_benchmark_without_measurement_says_so():
    assert "has not been measured yet" in benchmark.render(None, "en")
    assert "まだ計測されていません" in benchmark.render(None, "ja")


# --- charts -----------------------------------------------------------------


def draw(name: str, measured: Measurement = WINNER) -> str:
    samples = {
        label: [measured.samples(k, n) for n in range(len(measured.n_range))]
        for k, label in enumerate(measured.labels)
    }
    words = {"xlabel": "要素数", "ylabel": "time", "description": "<fast> & slow"}
    return chart.lines(name, measured.n_range, samples, **words)


def test_a_chart_is_the_same_twice_and_its_ids_are_its_own():
    one, other = draw("one"), draw("two")
    assert draw("one") == one
    ids = re.findall(r'\bid="([^"]+)"', one)
    assert len(ids) == len(set(ids))
    assert all(name.startswith("one-") for name in ids)
    assert not set(ids) & set(re.findall(r'\bid="([^"]+)"', other))


def test_what_a_chart_refers_to_is_in_it():
    drawn = draw("one")
    ids = set(re.findall(r'\bid="([^"]+)"', drawn))
    used = set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', drawn))
    used = {first or second for first, second in used}
    used |= set(re.search(r'aria-labelledby="([^"]+)"', drawn)[1].split())
    assert used
    assert used <= ids


def test_a_chart_has_a_text_and_no_colour_of_its_own():
    drawn = draw("one")
    svg = BeautifulSoup(drawn, "html.parser").svg
    assert svg["role"] == "img"
    assert svg.title.get_text() == "time – 要素数"
    assert svg.desc.get_text() == "<fast> & slow"
    assert re.findall(r"#[0-9a-fA-F]{6}\b", drawn) == []
    assert "http" not in re.sub(r'\sxmlns(:\w+)?="[^"]+"', "", drawn)
    labels = [text.get_text().strip() for text in svg.select("text")]
    assert {*WINNER.labels, "要素数", "time"} <= set(labels)


# --- measuring --------------------------------------------------------------

BENCH = """\
import torch


class perfplot:
    n_range, labels, timings_s = [1, 2], ["a"], [[0.5, torch.get_num_threads()]]
    bench = classmethod(lambda cls: cls)


data = perfplot.bench()
"""


def test_a_measurement_is_of_all_rounds_on_one_thread_and_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(benchmark, "ROUNDS", 2)
    snippet = parse("t/a", "snippets/t/a.py", BENCH)
    found, problems = benchmark.measurements(tmp_path, [snippet], True)
    assert problems == []
    assert found["t/a"].rounds == [[[0.5, 1.0]]] * 2
    assert benchmark.measurements(tmp_path, [snippet], False) == (found, [])
    edited = parse("t/a", "snippets/t/a.py", BENCH + "# edited\n")
    assert benchmark.measurements(tmp_path, [edited], False) == ({}, [])


def test_a_benchmark_that_fails_is_a_problem(tmp_path, monkeypatch):
    monkeypatch.setattr(benchmark, "ROUNDS", 1)
    snippet = parse("fails", "snippets/fails.py", f"{BENCH}1 / 0\n")
    found, (problem,) = benchmark.measurements(tmp_path, [snippet], True)
    assert found == {}
    assert not (tmp_path / benchmark.STORE).exists()
    assert str(problem).startswith("snippets/fails.py:10: raises ZeroDivisionError")


# --- where fork is not safe -------------------------------------------------

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


@pytest.mark.skipif(not run.FORK, reason="there is nothing to compare with")
def test_without_fork_results_and_problems_are_the_same(tmp_path, monkeypatch):
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
        problem = run.problem(snippet, alone[snippet.name])
        assert problem == run.problem(snippet, forked[snippet.name])
        assert bool(problem) == (snippet.name not in ("good", "announced", "state"))
    assert forked["good"].outputs == {"one": "1\n", "two": "2\n"}
    assert forked["state"].output.startswith("1 ")
    assert os.listdir() == []
