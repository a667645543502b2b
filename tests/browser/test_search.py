"""The search finds what readers type or paste, in both languages."""

from __future__ import annotations

import pytest

from .conftest import LANGUAGES

NO_NUMPY = (
    "Can't call numpy() on Tensor that requires grad. "
    "Use tensor.detach().numpy() instead."
)
VERSION = (
    "RuntimeError: one of the variables needed for gradient computation has been "
    "modified by an inplace operation"
)

INFERENCE = "RuntimeError: Inference tensors cannot be saved for backward."
SECOND = "RuntimeError: Trying to backward through the graph a second time"


@pytest.mark.parametrize(
    ("language", "query", "page"),
    [
        ("ja", "計算グラフ", "concepts/graph-and-leaves"),
        ("ja", "インプレース", "concepts/versions-and-in-place"),
        ("ja", "メモリを共有", "concepts/storage-and-views"),
        ("ja", "detach().clone()", "copy-a-tensor"),
        ("ja", "deepcopy", "copy-a-tensor"),
        ("ja", NO_NUMPY, "numpy"),
        ("ja", VERSION, "concepts/versions-and-in-place"),
        ("en", "computation graph", "concepts/graph-and-leaves"),
        ("en", "in-place", "concepts/versions-and-in-place"),
        ("en", "detach().clone()", "copy-a-tensor"),
        ("en", "deepcopy", "copy-a-tensor"),
        ("en", NO_NUMPY, "numpy"),
        ("en", VERSION, "concepts/versions-and-in-place"),
        ("ja", "勾配モード", "modes/grad-modes"),
        ("ja", INFERENCE, "modes/inference-tensors"),
        ("en", INFERENCE, "modes/inference-tensors"),
        ("ja", SECOND, "concepts/graph-and-leaves"),
        ("en", SECOND, "concepts/graph-and-leaves"),
    ],
)
def test_search_finds(reader, language, query, page):
    assert f"{LANGUAGES[language]}{page}" in search(reader, language, query)


@pytest.mark.parametrize("language", LANGUAGES)
def test_pasted_message_comes_up_first(reader, language):
    assert search(reader, language, NO_NUMPY)[0] == f"{LANGUAGES[language]}numpy"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_nowhere_is_not_found(reader, language):
    assert search(reader, language, "xylophone") == []


def search(reader, language: str, query: str) -> list[str]:
    """Paste `query`; return the addresses of the best pages found, best first."""
    home = LANGUAGES[language].strip("/")
    if reader.page != home:
        reader.open(home)
    box = reader.find(".md-search__input")
    box.click()
    # Typed key by key, each key would be a query of its own, and what is read
    # might answer an earlier one; so might what the last query has left.
    for text in "", query:
        reader.script(PASTE, box, text)
        found = reader.wait(lambda text=text: reader.script(FOUND, not text))
    return found["pages"]


PASTE = """
const [box, text] = arguments;
box.value = text;
box.dispatchEvent(new KeyboardEvent("keyup"));
"""
# Nothing until the answer is there: the line above the results, then the results.
FOUND = """
const [nothing] = arguments;
const words = JSON.parse(document.querySelector("#__config").text).translations;
const line = document.querySelector(".md-search-result__meta").textContent.trim();
const pages = [...document.querySelectorAll(".md-search-result__item > a")]
  .map((link) => new URL(link.href).pathname.replace(/^\\/|\\/$/g, ""));
const number = line === words["search.result.none"] ? 0 : parseInt(line);
const answered = nothing
  ? line === words["search.result.placeholder"]
  : pages.length >= Math.min(number, 3);
return answered && {pages: [...new Set(pages)].slice(0, 3)};
"""
