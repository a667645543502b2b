"""The list of claims, filtered; a claim found by its address."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select

from .conftest import LANGUAGES

PAGES = [f"{root}fact-check/" for root in LANGUAGES.values()]
SHOWN = ".claims-list tbody tr:not([hidden])"


def choose(reader, name, value):
    """By keyboard; WebDriver's own way fires `input` before the value changes."""
    menu = reader.find(f".claims-filter [name={name}]")
    values = [option.get_attribute("value") for option in Select(menu).options]
    menu.send_keys(Keys.ARROW_DOWN * values.index(value))


def read(reader):
    """Return verdict, topics and id of every claim that is listed now."""
    return reader.script(
        "return [...document.querySelectorAll(arguments[0])].map(row => "
        "[row.dataset.verdict, row.dataset.topic, row.cells[0].textContent])",
        SHOWN,
    )


@pytest.mark.parametrize("page", PAGES)
def test_the_filters_leave_what_all_of_them_allow(reader, page):
    reader.driver.get(reader.root + page)
    everything = read(reader)
    count = reader.find(".claims-filter output")
    assert count.text.startswith(f"{len(everything)} ")
    choose(reader, "verdict", "false")
    choose(reader, "topic", "modes")
    expected = [
        claim
        for claim in everything
        if claim[0] == "false" and "modes" in claim[1].split()
    ]
    assert read(reader) == expected
    assert 0 < len(expected) < len(everything)
    assert count.text.startswith(f"{len(expected)} ")
    reader.find(".claims-filter [name=text]").send_keys("get_grad_mode B29")
    assert [claim[2] for claim in read(reader)] == ["B29"]
    reader.find(".claims-filter [name=text]").send_keys(" xylophone")
    assert read(reader) == []
    assert not any(digit in count.text for digit in "0123456789")


@pytest.mark.parametrize("page", PAGES)
def test_an_id_leads_to_the_claim_and_its_program(reader, page):
    reader.driver.get(reader.root + page)
    reader.find('.claims-list a[href$="#b29"]').click()
    heading = reader.find("h3:target")
    assert heading.get_attribute("id") == "b29"
    details = reader.find("h3:target ~ .claim details")
    details.find_element("css selector", "summary").click()
    assert "holds = " in details.find_element("css selector", "samp").text
