"""What is said of a measurement, and how it is taken and kept."""

from __future__ import annotations

import itertools
import random
import re

import pytest
from selectolax.lexbor import LexborHTMLParser

from sitebuild.fences import charts
from sitebuild.fences.benchmark import _alike, findings, measure, render
from sitebuild.fences.benchmark.measure import BASELINE, Measurement
from sitebuild.programs.snippet import parse

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
    return Measurement("t/a", "0", list(kernels), list(n_range), seconds, ENVIRONMENT)


WINNER = measurement(
    {
        BASELINE: [[1e-7, 1e-7, 1e-7], [1e-7, 1e-7, 1e-7]],
        "slow": [[4e-6, 4.2e-6, 4.1e-6], [9e-3, 8e-3, 8.2e-3]],
        "fast": [[2e-6, 2.1e-6, 1.9e-6], [2e-3, 2.1e-3, 1.9e-3]],
    }
)
ALIKE = measurement(
    {
        BASELINE: [[0.1, 0.1, 0.1], [0.1, 0.1, 0.1]],
        "a": [[1.0, 3.0, 2.0], [1.0, 3.0, 2.0]],
        "b": [[1.5, 3.5, 2.5], [1.5, 3.5, 2.5]],
        "c": [[1.4, 3.4, 2.1], [1.4, 3.4, 2.1]],
    }
)
MIXED = measurement(
    {
        "a": [[1.0, 3.0, 2.0], [1.0, 1.2, 1.1]],
        "b": [[2.2, 2.2, 2.2], [4.0, 6.0, 5.0]],
        "c": [[2.4, 2.9, 2.5], [5.0, 7.0, 5.5]],
    }
)


@pytest.fixture(autouse=True)
def _drawn_elsewhere(monkeypatch):
    monkeypatch.setattr(charts.chart, "lines", lambda *_, **__: "<svg></svg>")


@pytest.fixture
def words(desk):
    return {code: desk.view(code).words.benchmark for code in desk.project.languages}


def test_a_clear_winner_is_named_with_its_ratio(words):
    short, long = findings(WINNER, words["en"])
    assert short == (
        "At length 1 the fastest is fast, with a median of 2 µs (a call that does "
        "nothing: 100 ns). The slowest, slow, has 2.05 times that median. "
        "Every two of them differ by more than the spread."
    )
    assert "At length 1,024 the fastest is fast, with a median of 2 ms" in long
    assert "The slowest, slow, has 4.10 times that median." in long


def test_the_empty_call_is_not_compared(words):
    """It does nothing, so it would win, and each ratio would be to nothing."""
    assert BASELINE in WINNER.labels
    assert not [said for said in findings(WINNER, words["en"]) if BASELINE in said]


def test_where_all_overlap_nothing_but_that_is_said(words):
    assert findings(ALIKE, words["en"]) == [
        f"There is no measurable difference at length {n}." for n in ("1", "1,024")
    ]
    assert findings(ALIKE, words["ja"]) == [
        f"要素数 {n} では、計測で分かる差はありません。" for n in ("1", "1,024")
    ]


def test_where_some_overlap_only_those_apart_are_compared(words):
    first, second = findings(MIXED, words["en"])
    assert first == (
        "At length 1 the fastest is a, with a median of 2 s. There is no difference "
        "beyond the spread between a, b. There is no difference beyond the spread "
        "between a, c."
    )
    assert second == (
        "At length 1,024 the fastest is a, with a median of 1.1 s. The slowest, c, has "
        "5.00 times that median. There is no difference beyond the spread between b, c."
    )


def test_a_difference_is_never_once_as_long(words):
    near = measurement({"a": [[1.0], [1.0]], "b": [[1.004], [1.2345]]})
    first, second = findings(near, words["en"])
    assert "has 1.0040 times that median" in first
    assert "has 1.23 times that median" in second


@pytest.mark.parametrize("seed", range(200))
def test_two_kernels_share_a_group_exactly_if_their_ranges_overlap(seed):
    numbers = random.Random(seed)
    measured = measurement(
        {
            label: [[numbers.random() for _ in range(numbers.choice([2, 3]))][:2]] * 2
            for label in "abcde"
        }
    )
    order = sorted(range(len(measured.labels)), key=lambda k: measured.median(k, 0))
    groups = _alike(measured, order, 0)
    together = {pair for group in groups for pair in itertools.combinations(group, 2)}
    overlapping = set()
    for a, b in itertools.combinations(order, 2):
        one, other = measured.samples(a, 0), measured.samples(b, 0)
        if max(min(one), min(other)) <= min(max(one), max(other)):
            overlapping.add((a, b))
    assert together == overlapping
    assert not any(set(a) < set(b) for a in groups for b in groups)
    assert len({tuple(group) for group in groups}) == len(groups)


@pytest.mark.parametrize("measured", [WINNER, ALIKE, MIXED])
def test_both_languages_say_the_same_numbers_of_the_same_kernels(desk, words, measured):
    ja, en = (" ".join(findings(measured, words[code])) for code in ("ja", "en"))
    numbers = r"\d[\d.,]*\d|\d"
    assert re.findall(numbers, ja) == re.findall(numbers, en)
    cells = [
        [cell.text() for cell in shown(desk, measured, language).css("td")]
        for language in ("ja", "en")
    ]
    assert len(cells[0]) == len(measured.labels) * len(measured.n_range)
    assert cells[0] == cells[1]


def shown(desk, measured, language="en") -> LexborHTMLParser:
    return LexborHTMLParser(str(render(measured, desk.view(language))))


def test_what_is_shown_is_the_median_and_the_range_in_microseconds(desk):
    html = shown(desk, WINNER)
    assert [th.text() for th in html.css("thead th")][1:] == WINNER.labels
    rows = [[td.text() for td in row.css("td")] for row in html.css("tbody tr")]
    assert rows[0] == ["0.1 (0.1–0.1)", "4.1 (4–4.2)", "2 (1.9–2.1)"]
    assert [row[1] for row in rows] == ["4.1 (4–4.2)", "8200 (8000–9000)"]
    caption = html.css_first("figcaption").text()
    assert "Test CPU <1>" in caption
    assert "3 rounds" in caption
    assert "2026-01-02" in caption


# --- measuring --------------------------------------------------------------

BENCH = """\
import torch


class perfplot:
    n_range, labels, timings_s = [1, 2], ["a"], [[0.5, torch.get_num_threads()]]
    bench = classmethod(lambda cls: cls)


data = perfplot.bench()
"""


def test_a_measurement_is_of_all_rounds_on_one_thread_and_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(measure, "ROUNDS", 2)
    program = parse("t/a", "snippets/t/a.py", BENCH)
    found, faults = measure.measurements(tmp_path, [program], True)
    assert faults == []
    assert found["t/a"].rounds == [[[0.5, 1.0]]] * 2
    assert measure.measurements(tmp_path, [program], False) == (found, [])
    edited = parse("t/a", "snippets/t/a.py", BENCH + "# edited\n")
    assert measure.measurements(tmp_path, [edited], False) == ({}, [])


def test_a_benchmark_that_fails_is_a_fault(tmp_path, monkeypatch):
    monkeypatch.setattr(measure, "ROUNDS", 1)
    program = parse("fails", "snippets/fails.py", f"{BENCH}1 / 0\n")
    found, (fault,) = measure.measurements(tmp_path, [program], True)
    assert found == {}
    assert not (tmp_path / measure.STORE).exists()
    assert str(fault).startswith("snippets/fails.py:10: raises ZeroDivisionError")
