"""What style sheets and scripts load from elsewhere."""

from __future__ import annotations

import pytest

from sitebuild.maker.verify import loaded
from tests.conftest import ROOT


def test_the_assets_of_this_site_load_nothing():
    assert list(loaded(ROOT / "docs/assets", "docs/assets")) == []


@pytest.mark.parametrize(
    ("name", "text", "target"),
    [
        ("a.css", "b { background: url(https://x.y/z.png) }", "https://x.y/z.png"),
        ("a.css", "b { background: URL( '//x.y/z.png' ) }", "//x.y/z.png"),
        ("a.css", '@import "HTTP://x.y/z.css";', "HTTP://x.y/z.css"),
        ("a/b.css", '@import url("//x.y/z.css");', "//x.y/z.css"),
        ("a.js", 'fetch("https://x.y/z.json")', "https://x.y/z.json"),
        ("a.js", "const a = await import(`//x.y/z.js`)", "//x.y/z.js"),
        ("a.js", "import 'https://x.y/z.js'", "https://x.y/z.js"),
        ("a.js", 'import z from "https://x.y/z.js"', "https://x.y/z.js"),
        ("a.css", "b { background: url(z.png) url(data:image/png;base64,x//y=) }", ""),
        ("a.css", "/* as in https://x.y */", ""),
        ("a.js", 'fetch("../z.json"); import z from "./z.js"  // from https://x.y', ""),
        ("a.js", 'document.createElementNS("http://www.w3.org/2000/svg", "g")', ""),
        ("a.svg", "url(https://x.y/z)", ""),
    ],
)
def test_what_an_asset_loads_from_elsewhere_is_named(tmp_path, name, text, target):
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"\n{text}\n", encoding="utf-8")
    faults = list(loaded(tmp_path, "docs/assets"))
    assert [(f.path, f.line, f.kind) for f in faults] == [
        (f"docs/assets/{name}", 2, "outside-resource")
    ] * bool(target)
    assert all(fault.message.endswith(f": {target}") for fault in faults)
