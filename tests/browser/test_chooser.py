"""The chooser by keyboard and by address; the cheat sheet on paper."""

from __future__ import annotations

import base64
import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from selenium.webdriver.common.keys import Keys

from .conftest import LANGUAGES

PAGES = [f"{root}which-one/" for root in LANGUAGES.values()]
STATUS = "form.choose [role=status]"
OLD = "?get=tensor&memory=own&gradient=cut&gpu=maybe&layout=keep"
ALL = {"get", "memory", "gradient", "train", "gpu", "where", "layout"}


def shown(reader, css):
    return [found for found in reader.find_all(css) if found.is_displayed()]


def answers(reader):
    return dict(parse_qsl(urlsplit(reader.driver.current_url).query))


@pytest.mark.parametrize("page", PAGES)
def test_an_address_brings_its_answer(reader, page):
    reader.driver.get(reader.root + page + OLD + "&train=as-is&where=stay")
    [row] = shown(reader, ".choose-on tbody tr")
    calls = [call.text for call in row.find_elements("css selector", "li")]
    assert calls[0] == "x.detach().clone()"
    cards = [card.text for card in shown(reader, ".choose-calls > li h3")]
    assert sorted(cards) == sorted(calls)
    assert cards[0] == calls[0]
    assert calls[0] in reader.find(STATUS).text
    checked = reader.find_all("form.choose input:checked")
    assert len(checked) == 7


@pytest.mark.parametrize("page", PAGES)
def test_an_address_from_before_two_questions_were_added_is_understood(reader, page):
    reader.driver.get(reader.root + page + OLD)
    assert len(reader.find_all("form.choose input:checked")) == 5
    rows = shown(reader, ".choose-on tbody tr")
    assert 1 < len(rows) <= 4
    assert rows[0].find_element("css selector", "li").text == "x.detach().clone()"
    assert "x.detach().clone()" in reader.find(STATUS).text


def asked(reader):
    """The questions that are shown."""
    fields = shown(reader, "form.choose fieldset")
    inputs = [field.find_element("css selector", "input") for field in fields]
    return {one.get_attribute("name") for one in inputs}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("address", "idle"),
    [
        ("", set()),
        ("?get=number", {"memory", "train", "where", "layout"}),
        ("?get=array", {"train", "where"}),
        ("?get=tensor&gradient=flow", {"train"}),
        ("?gpu=no", {"where"}),
        ("?get=number&gradient=flow", ALL - {"get", "gradient"}),
        # An answer that has no meaning any more does no harm.
        ("?get=number&memory=shared", {"memory", "train", "where", "layout"}),
    ],
)
def test_a_question_that_cannot_matter_is_not_asked(reader, page, address, idle):
    reader.driver.get(reader.root + page + address)
    assert asked(reader) == ALL - idle
    assert shown(reader, ".choose-on tbody tr")


@pytest.mark.parametrize("page", PAGES)
def test_the_keyboard_answers_and_the_address_follows(reader, page):
    reader.driver.get(reader.root + page)
    total = len(shown(reader, ".choose-on tbody tr"))
    reader.find("[name=get][value=tensor]").send_keys(Keys.SPACE)
    assert answers(reader) == {"get": "tensor"}
    reader.driver.switch_to.active_element.send_keys(Keys.ARROW_RIGHT)
    assert answers(reader) == {"get": "array"}
    assert 0 < len(shown(reader, ".choose-on tbody tr")) < total
    reader.find("[name=gradient][value=flow]").send_keys(Keys.SPACE)
    assert shown(reader, ".choose-calls > li") == []  # an honest no
    assert shown(reader, ".choose-on tbody tr")
    # Its nearest wish is a link that changes one answer, by Enter too.
    way = shown(reader, '.choose-on a[data-to="gradient=cut"]')[0]
    assert "gradient=cut" in way.get_attribute("href")
    way.send_keys(Keys.ENTER)
    assert answers(reader)["gradient"] == "cut"
    assert shown(reader, ".choose-calls > li")
    reader.find("form.choose [type=reset]").send_keys(Keys.ENTER)
    reader.wait(lambda: answers(reader) == {})
    assert len(shown(reader, ".choose-on tbody tr")) == total


@pytest.mark.parametrize("page", PAGES)
def test_a_nonsense_address_asks_from_the_start(reader, page):
    reader.driver.get(reader.root + page + "?get=nothing&x=%22")
    assert reader.find_all("form.choose input:checked") == []
    assert not [
        entry
        for entry in reader.driver.get_log("browser")
        if entry["level"] == "SEVERE"
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_cheat_sheet_is_one_page_of_a4(reader, language, scheme):
    reader.look(scheme=scheme)
    reader.driver.get(f"{reader.root}{LANGUAGES[language]}cheat-sheet/")
    printed = reader.driver.execute_cdp_cmd(
        "Page.printToPDF", {"preferCSSPageSize": True}
    )
    pdf = base64.b64decode(printed["data"])
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    [box] = re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert [round(float(length)) for length in box] == [595, 842]  # A4, in points
