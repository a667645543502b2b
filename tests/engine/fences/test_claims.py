"""How a verdict is made, and what the author of a claim may do wrong."""

from __future__ import annotations

import pytest

from sitebuild.fences import FENCES, FORMS, claims
from sitebuild.fences.claims import holds, verdict, verdicts
from sitebuild.pages.call import Call, parse
from tests.engine.fences.conftest import NEW, OLD, Recorded


@pytest.mark.parametrize(
    ("printed", "found"),
    [
        ("holds = True\n", {"": True}),
        ("w = 1\nholds = False\n", {"": False}),
        ("holds = {'leaf': True, 'view': False}\n", {"leaf": True, "view": False}),
        ("holds = True\nw = 1\n", None),
        ("holds = 1\n", None),
        ("holds = {}\n", None),
        ("holds = tensor(True)\n", None),
        ("holds = {'leaf': None}\n", None),
        ("", None),
    ],
)
def test_what_holds_is_read_from_the_last_line(printed, found):
    assert holds(printed) == found


@pytest.mark.parametrize(
    ("here", "before", "word"),
    [
        ({"": True}, [], "true"),
        ({"": True}, [{"": True}, None], "true"),
        ({"": False}, [{"": False}], "false"),
        ({"": False}, [{"": True}, {"": False}], "changed"),
        ({"": True}, [{"": False}], "changed"),
        ({"a": True, "b": False}, [{"a": True, "b": False}], "condition"),
        ({"a": True, "b": False}, [{"a": True, "b": True}], "changed"),
        ({"a": False, "b": False}, [None], "false"),
    ],
)
def test_a_verdict_is_made_of_what_holds_here_and_held_before(here, before, word):
    assert verdict(here, before) == word


# --- what its author may do wrong -----------------------------------------------


def faults(desk):
    """What is found of the claims on the English page, before and after the run."""
    fence = FENCES["claim"]
    return [
        (fault.kind, fault.line)
        for use in desk.project.uses
        if use.page.language == "en"
        for fault in [*fence.check(use, desk.project), *fence.judge(use, desk.run)]
    ]


def claim(desk, id_, name, output, opinion="", **where):
    desk.program(name, "print()\n", output)
    call = Call("claim", name, topics=("numpy",), prose=opinion)
    desk.claim(id_, "A claim", call, **where)


@pytest.mark.parametrize(
    ("id_", "output", "opinion", "expected"),
    [
        ("x01", "holds = True\n", "", []),
        ("x01", "1\n", "why not", []),
        ("x01", "1\n", "", [("no-verdict", 11)]),
        ("x01", "holds = True\n", "why not", [("no-verdict", 11)]),
        ("x02", "holds = True\n", "", [("misnamed-claim", 11)]),
        ("x01", None, "", []),  # what failed is reported by who runs it
    ],
)
def test_a_claim_has_a_program_of_its_name_and_a_verdict_or_a_reason(
    desk, id_, output, opinion, expected
):
    claim(desk, id_, "t/x01_a", output, opinion)
    assert faults(desk) == expected


def test_an_id_is_given_once(desk):
    for name, slug in (("t/x01_a", "a.md"), ("t/x01_b", "b.md")):
        claim(desk, "x01", name, "holds = True\n", slug=slug)
    assert faults(desk) == [("same-claim", 11)]


@pytest.mark.parametrize(
    "call", ['claim("t/x01_a")', 'claim("t/x01_a", "weather")', 'claims("x")']
)
def test_a_claim_has_topics_of_a_closed_set(call):
    with pytest.raises(ValueError, match=r"write `claim|write `claims"):
        parse(call, {}, FORMS)


# --- what a run makes of it -----------------------------------------------------


def test_verdicts_are_of_this_run_and_of_older_versions(desk):
    claim(desk, "x01", "t/x01_a", "holds = True\n")
    claim(desk, "x02", "t/x02_a", "1\n", "why not")
    claim(desk, "x03", "t/x03_a", None)
    for environment in (OLD, NEW):
        recorded = {"t/x01_a": {"": f"holds = {environment is not OLD}"}}
        desk.run.recordings.append(Recorded(environment, recorded))
    expected = {"x01": "changed", "x02": "opinion", "x03": "undecided"}
    assert verdicts(desk.run) == expected


def test_a_newer_version_changes_no_verdict(desk):
    """The page says what holds on the version that it names."""
    claim(desk, "x01", "t/x01_a", "holds = True\n")
    desk.run.recordings.append(Recorded(NEW, {"t/x01_a": {"": "holds = False"}}))
    assert verdicts(desk.run) == {"x01": "true"}


def test_a_project_s_claims_are_read_once(desk, monkeypatch):
    """There are two hundred: each that read them all would make it forty thousand."""
    read = []
    original = claims.of_use
    monkeypatch.setattr(claims, "of_use", lambda use: read.append(use) or original(use))
    for number in range(20):
        claim(desk, f"x{number:02}", f"t/x{number:02}_a", "holds = True\n")
    for use in desk.project.uses:
        assert not [*FENCES["claim"].check(use, desk.project)]
        desk.render(use.call, use.page.language)
    assert len(read) == 2 * 2 * 20  # by its own check, and once for all others
