"""Without script: what is dead is hidden, and the navigation opens."""

from __future__ import annotations

import pytest

from .conftest import PHONE, allow_scripts


@pytest.fixture
def without_script(reader):
    """A reader whose browser runs no script."""
    allow_scripts(reader, False)
    yield reader
    allow_scripts(reader, True)


def test_dead_controls_are_hidden_without_script(without_script):
    reader = without_script
    reader.open("detach")
    controls = ".snippet-copy, .md-search, [for^=__palette]"
    assert not any(control.is_displayed() for control in reader.find_all(controls))


def test_navigation_opens_on_a_phone_without_script(without_script):
    reader = without_script
    reader.look(PHONE)
    reader.open("en/detach")
    reader.find("header [for=__drawer]").click()
    link = reader.find("nav.md-nav--primary a[href='../clone/']")
    reader.wait(lambda: link.is_displayed() and 0 <= link.rect["x"] < PHONE)
