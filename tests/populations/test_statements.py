"""Each statement of this folder is one that a row could refute."""

from __future__ import annotations

import inspect
from types import FunctionType

import pytest

from tests.populations import test_counter, test_optimizers, test_results, test_saved

TESTS = [
    test
    for module in (test_counter, test_optimizers, test_results, test_saved)
    for name, test in vars(module).items()
    if name.startswith("test_") and isinstance(test, FunctionType)
]
NEVER = ("still", "always", "wrong")
PROGRAMS = ("operations", "modules", "optimizers", "writes")


def other_values(rows, key):
    """A few values of a column, each unlike the others, and what never was seen."""
    if key == "detector":
        return [{"wrong": 2, "caught": 1, "false_alarms": 1}]
    found = {repr(row[key]): row[key] for row in rows}
    return [*NEVER, *(found[text] for text in sorted(found)[:4])]


def columns(test, rows):
    """The columns that the test names, and then those that others beside it name."""
    source, beside = inspect.getsource(test), inspect.getsource(inspect.getmodule(test))
    keys = sorted(set.intersection(*map(set, rows)))
    keys.sort(key=lambda key: f'"{key}"' not in source)
    return [key for key in keys if f'"{key}"' in beside]


def fails(test, given):
    try:
        test(**given)
    except (AssertionError, KeyError, TypeError, ValueError):
        return True
    return False


def refuting(test, given):
    """The first change of one value in one row that makes the test fail."""
    for rows in given.values():
        for key in columns(test, rows):
            for value in other_values(rows, key):
                for row in rows:
                    old, row[key] = row[key], value
                    try:
                        if fails(test, given):
                            return row["name"], key, value
                    finally:
                        row[key] = old
    return None


@pytest.mark.parametrize("test", TESTS, ids=lambda test: test.__name__)
def test_each_statement_fails_if_one_row_says_otherwise(
    test, operations, modules, optimizers, writes
):
    found = dict(zip(PROGRAMS, (operations, modules, optimizers, writes)))
    given = {name: found[name] for name in inspect.signature(test).parameters}
    assert not fails(test, given)
    assert refuting(test, given) is not None
