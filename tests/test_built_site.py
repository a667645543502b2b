"""The built site, read as a browser would: what it shows, links and holds."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbclient import NotebookClient

from sitebuild import build, child, recordings
from sitebuild.build import _built
from sitebuild.pages import PARTS
from tests.conftest import ROOT, sitebuild

LANGUAGES = ("ja", "en")
EPOCH = 951_782_400  # 2000-02-29


@pytest.fixture(scope="module")
def soups(built, outline):
    """Every page of the site by language and source: ``["ja"]["detach.md"]``."""
    return {
        language: {
            slug: BeautifulSoup(
                _built(built, language, slug).read_text(encoding="utf-8"), "html.parser"
            )
            for slug in by_slug
        }
        for language, by_slug in outline.pages.items()
    }


@pytest.fixture(scope="module")
def all_pages(soups):
    return [
        (language, slug, soup)
        for language, by_slug in soups.items()
        for slug, soup in by_slug.items()
    ]


@pytest.fixture(scope="module")
def texts(built):
    """The text of every file of the site that holds something of ours."""
    ours = (".html", ".json", ".ipynb", ".xml", ".txt", ".py")
    return {
        file.relative_to(built).as_posix(): file.read_text(encoding="utf-8")
        for file in sorted(built.rglob("*.*"))
        if file.suffix in ours
    }


def texts_of(soup, selector: str) -> list[str]:
    return [found.get_text() for found in soup.select(selector)]


# --- what is shown ----------------------------------------------------------


def test_the_site_has_the_pages_of_both_languages_and_no_others(built, outline):
    expected = {
        _built(built, language, slug)
        for language, by_slug in outline.pages.items()
        for slug in by_slug
    }
    assert set(built.rglob("index.html")) == expected
    assert outline.pages["ja"].keys() == outline.pages["en"].keys()


def test_code_and_outputs_are_the_same_in_both_languages(soups):
    """Samples of the tables over versions and measured times are among these."""
    seen = 0
    for slug, ja in soups["ja"].items():
        en = soups["en"][slug]
        for selector in (
            ".snippet code",
            ".snippet samp",
            ".snippet-versions tr abbr",
            ".benchmark-table td",
        ):
            assert texts_of(ja, selector) == texts_of(en, selector), (slug, selector)
            seen += len(ja.select(selector))
        outputs = [len(found.select("samp")) for found in ja.select(".snippet")]
        assert outputs == [len(found.select("samp")) for found in en.select(".snippet")]
    assert seen > 150


def test_what_is_shown_is_the_text_of_the_file(outline, all_pages):
    for language, slug, soup in all_pages:
        calls = [call for _, call in outline.pages[language][slug].calls]
        if slug.endswith(".ipynb"):
            continue
        calls = [call for call in calls if call.function not in PARTS]
        blocks = [  # test_chooser.py looks at the calls of the chooser
            block
            for block in soup.select(".snippet")
            if not block.find_parent(class_="choose-calls")
        ]
        assert len(blocks) == len(calls), (language, slug)
        for call, block in zip(calls, blocks):
            snippet = outline.snippets[call.snippet]
            source = snippet.source
            if snippet.path.startswith("snippets/"):  # else it has no file
                source = (ROOT / snippet.path).read_text(encoding="utf-8")
            shown = source
            if call.section:
                _, shown = source.split(f"# %% {call.section}\n")
                shown = re.split(r"(?m)^# %% ", shown)[0]
            [code] = texts_of(block, ".highlight code")
            assert code.rstrip() == shown.rstrip(), (slug, call)
            copied = block.select_one("[data-copy]")["data-copy"]
            assert source.startswith(copied.rstrip("\n")), (slug, call)
            assert copied.rstrip().endswith(code.rstrip()), (slug, call)


def test_what_is_shown_as_output_was_printed_by_the_run(
    outline, results, environment, all_pages
):
    """By the run of this build, or, where CUDA is missing, by a recorded one."""
    found = recordings.read_recordings(ROOT)
    for language, slug, soup in all_pages:
        calls = [call for _, call in outline.pages[language][slug].calls]
        for call, block in zip(calls, soup.select(".snippet")):
            if call.function != "show":
                continue
            snippet = outline.snippets[call.snippet]
            if snippet.name in results:
                allowed = [results[snippet.name].outputs]
            else:
                assert snippet.needs_cuda
                allowed = [recording.outputs(snippet) for recording in found]
            printed = [
                outputs[call.section] if call.section else "".join(outputs.values())
                for outputs in allowed
                if outputs
            ]
            shown = texts_of(block, ".snippet-output samp")
            if shown:
                assert len(shown) == 1
                assert shown[0] in [text.rstrip() for text in printed], (slug, call)
            else:
                assert all(not text.strip() for text in printed), (slug, call)
                assert snippet.name in results or block.select(".snippet-note")


def test_tables_over_versions_hold_what_was_recorded(
    outline, results, environment, all_pages
):
    """Each version that was recorded stands beside what it printed, no other does."""
    tables = 0
    for language, slug, soup in all_pages:
        calls = [call for _, call in outline.pages[language][slug].calls]
        for call, block in zip(calls, soup.select(".snippet")):
            if call.function != "versions":
                continue
            tables += 1
            snippet = outline.snippets[call.snippet]
            expected = {
                recording.environment["torch"].partition("+")[0]: "".join(
                    (recording.outputs(snippet) or {}).values()
                )
                for recording in recordings.read_recordings(ROOT)
                if not recording.environment["cuda"]
            }
            version = environment["torch"].partition("+")[0]
            expected[version] = results[snippet.name].output
            shown = {
                label.get_text(): "".join(texts_of(row, "samp"))
                for row in block.select("tbody tr")
                for label in row.select("th abbr")
            }
            assert shown == {v: text.rstrip() for v, text in expected.items()}, slug
    used = {
        call.function for page in outline.pages["ja"].values() for _, call in page.calls
    }
    assert bool(tables) == ("versions" in used)


def test_no_page_shows_that_a_run_failed(texts):
    for path, text in texts.items():
        assert "この例の実行に失敗しました" not in text, path
        assert "Running this example failed" not in text, path


def test_every_page_says_where_its_outputs_come_from(all_pages, environment):
    for language, slug, soup in all_pages:
        [stamp] = soup.select(".stamp")
        facts = texts_of(stamp, "dd")
        for fact in ("torch", "python", "numpy", "device", "platform"):
            assert str(environment[fact]) in facts, (language, slug)


def test_every_page_has_language_title_and_description_of_its_own(all_pages):
    seen: dict[str, set[str]] = {"title": set(), "description": set()}
    for language, slug, soup in all_pages:
        assert soup.html["lang"] == language, slug
        title = soup.title.get_text(strip=True)
        description = soup.select_one('meta[name="description"]')["content"]
        for kind, text in (("title", title), ("description", description)):
            assert text, (language, slug)
            assert text not in seen[kind], (language, slug, text)
            seen[kind].add(text)


# --- ids, links and files ---------------------------------------------------


def test_every_id_is_on_its_page_once(all_pages):
    for language, slug, soup in all_pages:
        ids = [str(found["id"]) for found in soup.select("[id]")]
        double = {name for name in ids if ids.count(name) > 1}
        assert double == set(), (language, slug)


def test_headings_have_the_ids_of_the_source(outline, all_pages):
    for language, slug, soup in all_pages:
        shown = [
            (int(found.name[1]), found.get("id"))
            for found in soup.select("article :is(h1, h2, h3, h4, h5, h6)")
            if not found.find_parent(
                class_=["families", "choose-calls"]
            )  # derived, not written
        ]
        written = [heading for _, heading in outline.pages[language][slug].headings]
        assert shown == written, (language, slug)


def test_no_link_and_no_anchor_is_dead(built):
    assert build.check_site(built) == []


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ('id="gradient-stops"', 'id="x"', "en/detach/index.html: there is no anchor"),
        ("</body>", '<a href="gone/">x</a></body>', "leads nowhere: gone/"),
        ("</body>", "<a href=gone.html>x</a></body>", "leads nowhere: gone.html"),
        ("</body>", '<a\nhref="#gone">x</a></body>', "there is no anchor: #gone"),
        ("</body>", '<a href="../../../../x">x</a></body>', "leads nowhere"),
        ("</body>", '<script src="//a.b/c.js"></script>', "outside: //a.b/c.js"),
        ("</body>", '<link rel=icon href="https://a.b/c">', "outside: https://a.b/c"),
        ("</body>", '<img alt="" src="http://a.b/c.png">', "outside: http://a.b/c.png"),
        ("</body>", '<img alt="" src="gone.png">', "src leads nowhere: gone.png"),
    ],
)
def test_what_is_broken_in_the_built_site_is_found(built, tmp_path, old, new, found):
    """Two pages of the site that link to each other, one of them broken."""
    for page in ("en/detach/index.html", "en/clone/index.html"):
        target = tmp_path / page
        target.parent.mkdir(parents=True)
        text = (built / page).read_text(encoding="utf-8")
        target.write_text(text, encoding="utf-8")
    before = set(build.check_site(tmp_path))
    target = tmp_path / "en/detach/index.html"
    text = target.read_text(encoding="utf-8")
    assert old in text
    target.write_text(text.replace(old, new), encoding="utf-8")
    messages = set(build.check_site(tmp_path)) - before
    assert any(found in message for message in messages), messages


def test_no_page_loads_anything_from_elsewhere(built, all_pages):
    """In any attribute that loads, and in style sheets."""
    loading = ("src", "srcset", "poster", "data", "background", "xlink:href")
    for language, slug, soup in all_pages:
        for tag in soup.find_all(True):
            addresses = [tag[name] for name in loading if tag.has_attr(name)]
            if tag.name in ("link", "use", "image", "base"):
                addresses += [tag.get("href", "")]
            if tag.name == "form":
                addresses += [tag.get("action", "")]
            for address in addresses:
                assert not re.match(r"\s*(https?:)?//", address), (language, slug, tag)
        for style in texts_of(soup, "style") + [
            t["style"] for t in soup.select("[style]")
        ]:
            assert not re.search(r"url\(\s*['\"]?(https?:)?//", style)
    for file in built.rglob("*.css"):
        style = file.read_text(encoding="utf-8")
        assert not re.search(r"url\(\s*['\"]?(https?:)?//|@import", style), file


def test_what_the_style_sheets_load_is_there(built):
    for file in built.rglob("*.css"):
        for address in re.findall(r"url\(\s*['\"]?([^'\")]+)", file.read_text("utf-8")):
            if not address.startswith(("data:", "#")):
                assert (file.parent / address).exists(), (file, address)


def test_nothing_of_the_builder_s_machine_is_on_the_site(built, texts):
    for path, text in texts.items():
        for trace in (str(ROOT), str(built.parent), sys.prefix):
            assert trace not in text, (path, trace)
        if not path.endswith(".py"):
            assert "site-packages" not in text, path
            assert "Triggered internally" not in text, path
            assert not re.search(r"\b0x[0-9a-fA-F]{6,}", text), path


def test_files_that_no_reader_needs_are_not_there(built):
    assert list(built.rglob("*.map")) == []
    assert list(built.rglob("*.gz")) == []
    names = {file.name for file in built.rglob(".*")}
    assert names == set()


def test_every_snippet_can_be_downloaded_as_it_is_in_the_repository(
    built, outline, all_pages
):
    linked = set()
    for language, slug, soup in all_pages:
        page = _built(built, language, slug)
        for link in soup.select(".snippet-bar a[href]"):
            file = (page.parent / link["href"]).resolve()
            path = file.relative_to(built.resolve()).as_posix()
            # Generated: tests/test_matrix.py, tests/test_chooser.py.
            if path.startswith(("matrix/", "which-one/")):
                continue
            assert file.read_bytes() == (ROOT / path).read_bytes()
            linked.add(path)
    snippets = {snippet.path for snippet in outline.snippets.values()}
    assert linked == {path for path in snippets if path.startswith("snippets/")}
    published = built.glob("**/snippets/**/*.py")
    assert {f.relative_to(built).as_posix() for f in published} == linked


# --- the notebook -----------------------------------------------------------


def notebooks(soups, built) -> dict[str, Path]:
    """The notebook that each language's page offers for download."""
    found = {}
    for language in LANGUAGES:
        [slug] = [slug for slug in soups[language] if slug.endswith(".ipynb")]
        [link] = soups[language][slug].select(".notebook-links a[download]")
        found[language] = _built(built, language, slug).parent / link["href"]
    return found


def test_the_notebook_is_offered_with_the_outputs_that_its_page_shows(built, soups):
    cells = {}
    for language, file in notebooks(soups, built).items():
        notebook = nbformat.read(file, as_version=4)
        nbformat.validate(notebook)
        source = nbformat.read(ROOT / f"docs/{language}/{file.name}", as_version=4)
        assert [c.source for c in notebook.cells] == [c.source for c in source.cells]
        assert not any(cell.get("outputs") for cell in source.cells)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        cells[language] = [(cell.source, cell.outputs) for cell in code]
        soup = soups[language][file.name]
        assert texts_of(soup, ".snippet code") == [cell.source for cell in code]
        printed = [cell.outputs[0].text.rstrip() for cell in code if cell.outputs]
        assert texts_of(soup, ".snippet samp") == printed
        program = "\n\n".join(cell.source.rstrip() for cell in code) + "\n"
        assert soup.select("[data-copy]")[-1]["data-copy"] == program
    assert cells["ja"] == cells["en"]


def test_the_notebook_prints_the_same_in_a_real_kernel(built, soups, tmp_path):
    """The build runs its cells as a program, a reader runs them in Jupyter."""
    published = nbformat.read(notebooks(soups, built)["en"], as_version=4)
    notebook = nbformat.from_dict(json.loads(json.dumps(published)))
    resources = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(
        notebook, timeout=60, allow_errors=True, resources=resources
    ).execute()
    raised = 0
    for ran, shown in zip(notebook.cells, published.cells):
        if ran.cell_type != "code":
            continue
        text = "".join(shown_output.text for shown_output in shown.outputs)
        printed = [o.text for o in ran.outputs if o.output_type == "stream"]
        errors = [o for o in ran.outputs if o.output_type == "error"]
        if errors:
            raised += 1
            [error] = errors
            assert text.startswith(child.clean("".join(printed)))
            message = child.clean(f"{error.ename}: {error.evalue}")
            assert text.rstrip().endswith(message.rstrip())
        else:
            assert text == child.clean("".join(printed)), ran.source
            assert {o.output_type for o in ran.outputs} <= {"stream"}, ran.source
    code = [cell for cell in published.cells if cell.cell_type == "code"]
    assert raised == ("# raises" in code[-1].source)


# --- the same again ---------------------------------------------------------


def test_another_build_of_the_same_files_differs_in_the_stamp_only(
    built, all_pages, tmp_path
):
    """Byte for byte, on another day (SOURCE_DATE_EPOCH is its date)."""
    again = tmp_path / "again" / "site"
    again.parent.mkdir()
    arguments = ("build", "--no-measure", "--to", str(again))
    done = sitebuild(ROOT, *arguments, SOURCE_DATE_EPOCH=str(EPOCH))
    assert done.returncode == 0, done.stderr
    files = {f.relative_to(built) for f in built.rglob("*") if f.is_file()}
    assert {f.relative_to(again) for f in again.rglob("*") if f.is_file()} == files
    stamped = {_built(Path(), language, slug) for language, slug, _ in all_pages}
    for file in files:
        one, other = (built / file).read_bytes(), (again / file).read_bytes()
        if file in stamped:
            stamp = re.compile(rb'<aside class="stamp".*?</aside>', re.S)
            assert b"<dd>2000-02-29</dd>" in stamp.search(other)[0], file
            one, other = stamp.sub(b"", one), stamp.sub(b"", other)
        assert one == other, file
    shutil.rmtree(again)
