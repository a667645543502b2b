"""The programs over populations: what they print is recorded, and says all."""

from __future__ import annotations

import pytest

from sitebuild.run.recording import of
from tests.conftest import ROOT


@pytest.fixture(params=["operations", "modules", "optimizers", "writes"])
def name(request, operations, modules, optimizers, writes):
    """The name of each program, all of which have been run."""
    return request.param


def test_populations_equal_the_recording_of_this_environment(
    name, project, populations, environment
):
    recording = of(ROOT, environment)
    if recording is None:
        pytest.skip(f"no recording of {environment}: write one with `nox -s record`")
    program = project.programs[f"populations/{name}"]
    recorded = recording.output(program)
    assert recorded is not None, f"{program.path} has changed: run `nox -s record`"
    differing = set(populations[program.name].output.splitlines()) ^ set(
        recorded.splitlines()
    )
    advice = "run `nox -s record` and look at `git diff recordings`"
    assert sorted(differing) == [], advice
    assert populations[program.name].output == recorded, advice


def test_each_row_has_a_name_of_its_own_and_all_have_the_same_keys(name, request):
    rows = request.getfixturevalue(name)
    names = [(row["name"], row.get("variant", "")) for row in rows]
    assert names == sorted(set(names))
    keys = [set(row) - {"disagrees_on"} for row in rows]
    assert all(one == keys[0] for one in keys)


def test_what_could_not_be_sampled_says_why(operations, modules, optimizers, writes):
    silent = [
        row["name"]
        for rows, seen in (
            (operations, "gradients"),
            (modules, "learning"),
            (optimizers, "steps"),
            (writes, "counter"),
        )
        for row in rows
        if not row[seen] and not row["reason"]
    ]
    assert silent == []


def test_nearly_all_of_the_list_could_be_sampled(operations, optimizers, writes):
    """A population that was not reached would agree with everything."""
    assert len(operations) > 600
    assert sum(1 for row in operations if row["samples"]) > 0.97 * len(operations)
    assert sum(1 for row in operations if row["gradients"]) > 0.7 * len(operations)
    assert {row["variant"] for row in optimizers if row["steps"]} == {
        *("default", "for-loop", "foreach", "fused", "differentiable"),
    }
    assert sum(1 for row in writes if row["counter"]) > 0.9 * len(writes)
