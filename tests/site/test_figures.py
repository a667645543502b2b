"""Every figure that a page asks for is drawn on it, and says what it shows."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from sitebuild.pages.outline import address


def test_every_figure_is_drawn_and_described(built, project):
    count = 0
    for language in project.languages.values():
        for slug, page in project.pages[language.code].items():
            file = built / language.prefix / address(slug) / "index.html"
            html = LexborHTMLParser(file.read_text("utf-8"))
            asked = [f for fence in page.fences for f in fence.call.figures]
            panels = sum(len(figure.panels) for figure in asked)
            drawn = len(html.css("svg.figure-svg"))
            drawn += len(html.css(".figure-wide .chart"))
            drawn += len(html.css(".figure-wide > .figure-values"))
            assert drawn == panels, page.path
            for svg in html.css("svg[aria-labelledby]"):
                title, described = svg.attributes["aria-labelledby"].split()
                assert html.css_first(f"#{title}").text()
                assert len(html.css_first(f"#{described}").text()) > 20
            count += panels
    assert count > 100
