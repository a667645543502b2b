"""The tables of all of torch: filtered, sorted, and left by a link to a row."""

from __future__ import annotations

import pytest

from .conftest import LANGUAGES, PHONE

FORM = ".matrix-controls"


@pytest.fixture(params=LANGUAGES)
def page(request, reader):
    reader.open(f"{LANGUAGES[request.param]}reference/all-of-torch")
    reader.wait(lambda: reader.find(FORM).is_displayed())
    return reader


def shown(reader, table="operations"):
    """The names in the rows of a table that are shown, from top to bottom."""
    return reader.script(
        "return [...document.querySelectorAll("
        "`table.${arguments[0]} tbody tr:not([hidden]) th`)].map((th) => th.textContent)",
        table,
    )


def test_a_name_leaves_the_rows_that_have_all_its_words(page):
    everything = len(shown(page))
    text = page.find(f"{FORM} [name=text]")
    text.send_keys("linalg norm")
    names = shown(page)
    assert {"linalg.norm", "linalg.vector_norm"} <= set(names)
    assert 0 < len(names) < everything
    count = page.find(f"{FORM} output").text
    assert count.split()[0] == str(len(names))


def test_choices_go_by_the_values_of_a_cell(page):
    for choice, word in (("view", "view"), ("alias", "unsafe_split")):
        page.script(
            "const [select] = document.querySelectorAll('[name=result]');"
            "select.selectedIndex = [...select.options].findIndex("
            "(one) => arguments[0].includes(one.value));"
            "select.dispatchEvent(new Event('input', {bubbles: true}));",
            {
                "view": ["view", "ビュー"],
                "alias": ["alias (no view)", "ビューでない別名"],
            }[choice],
        )
        assert word in shown(page)
        assert "clone" not in shown(page)


def test_the_exceptions_are_among_the_rows_and_a_link_brings_back_the_others(page):
    page.find(f"{FORM} [name=traps]").click()
    exceptions = shown(page)
    assert "kron" in exceptions
    assert "abs" not in exceptions
    page.script("location.hash = 'operation-abs'")
    row = page.find("#operation-abs")
    page.wait(row.is_displayed)
    assert page.script("return document.querySelector(':target').id") == "operation-abs"
    assert not page.find(f"{FORM} [name=traps]").is_selected()


def test_rows_are_sorted_by_a_column_in_both_directions(page):
    before = shown(page, "optimizers")
    orders = []
    for _ in range(2):
        page.script(
            "document.querySelector('table.optimizers [data-c=counter] button').click()"
        )
        orders.append(shown(page, "optimizers"))
    assert sorted(orders[0]) == sorted(orders[1]) == sorted(before)
    forth, back = (
        [*map(order.index, ("SGD fused", "SGD default"))] for order in orders
    )
    assert (forth[0] < forth[1]) != (back[0] < back[1])


def test_on_a_phone_the_name_stays_in_sight_while_the_table_scrolls(page):
    page.look(PHONE)
    left = page.script(
        "const box = document.querySelector('table.population').parentElement;"
        "box.scrollLeft = 200;"
        "const name = box.querySelector('tbody th').getBoundingClientRect();"
        "return [box.scrollLeft, name.left, box.getBoundingClientRect().left,"
        " document.documentElement.scrollWidth]"
    )
    assert left[0] > 100
    assert abs(left[1] - left[2]) < 3
    assert left[3] <= PHONE
