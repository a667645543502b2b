"""The built site, read as a browser would: what it shows, links and holds."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from selectolax.lexbor import LexborHTMLParser, LexborNode

from sitebuild.maker.verify import dead, file_of, read
from sitebuild.run.clean import clean
from sitebuild.run.recording import read_recordings
from tests.conftest import ROOT, sitebuild

LANGUAGES = ("ja", "en")
EPOCH = 951_782_400  # 2000-02-29


@pytest.fixture(scope="module")
def pages(built, project):
    """Every page of the site: its outline and its HTML, by language and slug."""
    return {
        language: {
            slug: (page, parse(built / file_of(project, page)))
            for slug, page in by_slug.items()
        }
        for language, by_slug in project.pages.items()
    }


@pytest.fixture(scope="module")
def all_pages(pages):
    """The same as a list of outline and HTML."""
    return [found for by_slug in pages.values() for found in by_slug.values()]


@pytest.fixture(scope="module")
def texts(built):
    """The text of every file of the site that holds something of ours."""
    ours = (".html", ".json", ".ipynb", ".xml", ".txt", ".py")
    return {
        file.relative_to(built).as_posix(): file.read_text(encoding="utf-8")
        for file in sorted(built.rglob("*.*"))
        if file.suffix in ours
    }


def parse(file: Path) -> LexborHTMLParser:
    """Read a page as a browser does."""
    return LexborHTMLParser(file.read_text(encoding="utf-8"))


def texts_of(html: LexborHTMLParser | LexborNode, selector: str) -> list[str]:
    """The text of each element that fits."""
    return [found.text() for found in html.css(selector)]


def inside(node: LexborNode, *classes: str) -> bool:
    """Whether an element lies in one of these classes."""
    above = node.parent
    while above is not None:
        if {*(above.attributes.get("class") or "").split()} & {*classes}:
            return True
        above = above.parent
    return False


def blocks(html: LexborHTMLParser) -> list[LexborNode]:
    """The programs that fences show; the chooser's are looked at elsewhere."""
    return [b for b in html.css(".snippet") if not inside(b, "choose-calls")]


# --- what is shown ----------------------------------------------------------


def test_the_site_has_the_pages_of_both_languages_and_no_others(
    built, project, all_pages
):
    expected = {built / file_of(project, page) for page, _ in all_pages}
    assert set(built.rglob("index.html")) == expected
    assert project.pages["ja"].keys() == project.pages["en"].keys()


def test_code_and_outputs_are_the_same_in_both_languages(pages):
    """Samples of the tables over versions and measured times are among these."""
    seen = 0
    for slug, (_, ja) in pages["ja"].items():
        _, en = pages["en"][slug]
        for selector in (
            ".snippet code",
            ".snippet samp",
            ".snippet-versions tr abbr",
            ".benchmark-table td",
        ):
            assert texts_of(ja, selector) == texts_of(en, selector), (slug, selector)
            seen += len(ja.css(selector))
        outputs = [len(found.css("samp")) for found in ja.css(".snippet")]
        assert outputs == [len(found.css("samp")) for found in en.css(".snippet")]
    assert seen > 150


def test_what_is_shown_is_the_text_of_the_file(project, all_pages):
    for page, html in all_pages:
        if page.slug.endswith(".ipynb"):
            continue
        calls = [fence.call for fence in page.fences if fence.call.program]
        shown_here = blocks(html)
        assert len(shown_here) == len(calls), page.path
        for call, block in zip(calls, shown_here):
            program = project.programs[call.program]
            source = program.source
            if program.path.startswith("snippets/"):  # else it has no file
                source = (ROOT / program.path).read_text(encoding="utf-8")
            shown = source
            if call.section:
                _, shown = source.split(f"# %% {call.section}\n")
                shown = re.split(r"(?m)^# %% ", shown)[0]
            [code] = texts_of(block, ".highlight code")
            assert lines(code) == lines(shown), (page.path, call)
            copied = block.css_first("[data-copy]").attributes["data-copy"]
            assert not re.search("(?m)^# %% ", f"{code}\n{copied}"), (page.path, call)
            assert "\n".join(lines(source)).startswith("\n".join(lines(copied)))
            assert lines(copied)[-len(lines(code)) :] == lines(code), (page.path, call)


def lines(program: str) -> list[str]:
    """The lines of a program without the marks of its sections and empty lines."""
    found = [line for line in program.splitlines() if not line.startswith("# %% ")]
    return [line for line in found if line.strip()]


def test_what_is_shown_as_output_was_printed_by_the_run(project, results, all_pages):
    """By the run of this build, or, where CUDA is missing, by a recorded one."""
    recordings = read_recordings(ROOT)
    for page, html in all_pages:
        calls = [fence.call for fence in page.fences if fence.call.program]
        for call, block in zip(calls, blocks(html)):
            if call.function != "show":
                continue
            program = project.programs[call.program]
            if program.name in results:
                allowed = [results[program.name].outputs]
            else:
                assert program.needs_cuda
                allowed = [recording.outputs(program) for recording in recordings]
            printed = [
                outputs[call.section] if call.section else "".join(outputs.values())
                for outputs in allowed
                if outputs
            ]
            shown = texts_of(block, ".snippet-output samp")
            if shown:
                assert len(shown) == 1
                assert shown[0] in [text.rstrip() for text in printed], (page, call)
            else:
                assert all(not text.strip() for text in printed), (page, call)
                assert program.name in results or block.css(".snippet-note")


def test_tables_over_versions_hold_what_was_recorded(
    project, results, environment, all_pages
):
    """Each version that was recorded stands beside what it printed, no other does."""
    tables = 0
    for page, html in all_pages:
        calls = [fence.call for fence in page.fences if fence.call.program]
        for call, block in zip(calls, blocks(html)):
            if call.function != "versions":
                continue
            tables += 1
            program = project.programs[call.program]
            expected = {
                recording.environment.torch.partition("+")[0]: recording.output(program)
                or ""
                for recording in read_recordings(ROOT)
                if not recording.environment.cuda
            }
            version = environment.torch.partition("+")[0]
            expected[version] = results[program.name].output
            shown = {
                label.text(): "".join(texts_of(row, "samp"))
                for row in block.css("tbody tr")
                for label in row.css("th abbr")
            }
            assert shown == {v: text.rstrip() for v, text in expected.items()}, page
    used = {fence.call.function for page, _ in all_pages for fence in page.fences}
    assert bool(tables) == ("versions" in used)


def test_every_page_says_where_its_outputs_come_from(all_pages, environment):
    for page, html in all_pages:
        [stamp] = html.css(".stamp")
        facts = texts_of(stamp, "dd")
        for fact in ("torch", "python", "numpy", "device", "platform"):
            assert getattr(environment, fact) in facts, page.path


def test_every_page_has_language_title_and_description_of_its_own(all_pages):
    seen: dict[str, set[str]] = {"title": set(), "description": set()}
    for page, html in all_pages:
        assert html.css_first("html").attributes["lang"] == page.language, page.path
        title = html.css_first("title").text().strip()
        meta = html.css_first('meta[name="description"]')
        for kind, text in (
            ("title", title),
            ("description", meta.attributes["content"]),
        ):
            assert text, page.path
            assert text not in seen[kind], (page.path, text)
            seen[kind].add(text)


# --- ids, links and files ---------------------------------------------------


def test_every_id_is_on_its_page_once(all_pages):
    for page, html in all_pages:
        ids = [found.attributes["id"] for found in html.css("[id]")]
        assert len(ids) == len(set(ids)), page.path


def test_headings_have_the_ids_of_the_source(all_pages):
    for page, html in all_pages:
        shown = [
            (int(found.tag[1]), found.attributes.get("id"))
            for found in html.css("article :is(h1, h2, h3, h4, h5, h6)")
            if not inside(found, "families", "choose-calls")  # derived, not written
        ]
        assert shown == [(h.level, h.id) for h in page.headings], page.path


def verify(project, site):
    """The faults of all links of the pages in a folder."""
    documents = {
        file.relative_to(site).as_posix(): read(file.read_text(encoding="utf-8"))
        for file in site.rglob("*.html")
    }
    return list(dead(project, [site], documents, documents))


def test_no_link_and_no_anchor_is_dead(built, project):
    assert verify(project, built) == []


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        (
            'id="gradient-stops"',
            'id="x"',
            "there is no anchor",
        ),
        ("</body>", '<a href="gone/">x</a></body>', "leads nowhere: gone/"),
        ("</body>", "<a href=gone.html>x</a></body>", "leads nowhere: gone.html"),
        ("</body>", '<a\nhref="#gone">x</a></body>', "there is no anchor: #gone"),
        ("</body>", '<a href="../../../../x">x</a></body>', "leads nowhere"),
        ("</body>", '<script src="//a.b/c.js"></script>', "outside: //a.b/c.js"),
        ("</body>", '<link rel=icon href="https://a.b/c">', "outside: https://a.b/c"),
        ("</body>", '<img alt="" src="http://a.b/c.png">', "outside: http://a.b/c.png"),
        ("</body>", '<img alt="" src="gone.png">', "leads nowhere: gone.png"),
    ],
)
def test_what_is_broken_in_the_built_site_is_found(
    built, project, tmp_path, old, new, found
):
    """Two pages of the site that link to each other, one of them broken."""
    for page in ("en/detach/index.html", "en/clone/index.html"):
        target = tmp_path / page
        target.parent.mkdir(parents=True)
        text = (built / page).read_text(encoding="utf-8")
        target.write_text(text, encoding="utf-8")
    before = set(verify(project, tmp_path))
    target = tmp_path / "en/detach/index.html"
    text = target.read_text(encoding="utf-8")
    assert old in text
    target.write_text(text.replace(old, new), encoding="utf-8")
    messages = [str(fault) for fault in set(verify(project, tmp_path)) - before]
    assert any(found in message for message in messages), messages


def test_no_page_loads_anything_from_elsewhere(built, all_pages):
    """In any attribute that loads, and in style sheets."""
    loading = ("src", "srcset", "poster", "data", "background", "xlink:href")
    outside = re.compile(r"\s*(https?:)?//", re.IGNORECASE)
    for page, html in all_pages:
        for name in loading:
            for tag in html.css(f"[{name.replace(':', chr(92) + ':')}]"):
                assert not outside.match(tag.attributes[name] or ""), (page.path, name)
        for tag in html.css("link, use, image, base, form"):
            for name in ("href", "action"):
                assert not outside.match(tag.attributes.get(name) or ""), page.path
        styles = texts_of(html, "style")
        styles += [tag.attributes["style"] or "" for tag in html.css("[style]")]
        for style in styles:
            assert not re.search(r"url\(\s*['\"]?(https?:)?//", style), page.path
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
    built, project, all_pages
):
    linked = set()
    for page, html in all_pages:
        here = built / file_of(project, page)
        for link in html.css(".snippet-bar a[href]"):
            file = (here.parent / link.attributes["href"]).resolve()
            path = file.relative_to(built.resolve()).as_posix()
            # Generated: see the tests of the matrix and of the chooser.
            if path.startswith(("matrix/", "which-one/")):
                continue
            assert file.read_bytes() == (ROOT / path).read_bytes()
            linked.add(path)
    snippets = {program.path for program in project.programs.values()}
    assert linked == {path for path in snippets if path.startswith("snippets/")}
    published = built.glob("**/snippets/**/*.py")
    assert {f.relative_to(built).as_posix() for f in published} == linked


# --- the notebook -----------------------------------------------------------


@pytest.fixture(scope="module")
def notebooks(pages, project, built):
    """The notebook that each language's page offers for download."""
    found = {}
    for language in LANGUAGES:
        [slug] = [slug for slug in pages[language] if slug.endswith(".ipynb")]
        page, html = pages[language][slug]
        [link] = html.css(".notebook-links a[download]")
        folder = (built / file_of(project, page)).parent
        found[language] = folder / link.attributes["href"]
    return found


def test_the_notebook_is_offered_with_the_outputs_that_its_page_shows(notebooks, pages):
    cells = {}
    for language, file in notebooks.items():
        notebook = nbformat.read(file, as_version=4)
        nbformat.validate(notebook)
        source = nbformat.read(ROOT / f"docs/{language}/{file.name}", as_version=4)
        assert [c.source for c in notebook.cells] == [c.source for c in source.cells]
        assert not any(cell.get("outputs") for cell in source.cells)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        cells[language] = [(cell.source, cell.outputs) for cell in code]
        _, html = pages[language][file.name]
        assert texts_of(html, ".snippet code") == [cell.source for cell in code]
        printed = [cell.outputs[0].text.rstrip() for cell in code if cell.outputs]
        assert texts_of(html, ".snippet samp") == printed
        program = "\n\n".join(cell.source.rstrip() for cell in code) + "\n"
        assert html.css("[data-copy]")[-1].attributes["data-copy"] == program
    assert cells["ja"] == cells["en"]


def test_the_notebook_prints_the_same_in_a_real_kernel(notebooks, tmp_path):
    """The build runs its cells as a program, a reader runs them in Jupyter."""
    published = nbformat.read(notebooks["en"], as_version=4)
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
            assert text.startswith(clean("".join(printed)))
            message = clean(f"{error.ename}: {error.evalue}")
            assert text.rstrip().endswith(message.rstrip())
        else:
            assert text == clean("".join(printed)), ran.source
            assert {o.output_type for o in ran.outputs} <= {"stream"}, ran.source
    code = [cell for cell in published.cells if cell.cell_type == "code"]
    assert raised == ("# raises" in code[-1].source)


# --- the same again ---------------------------------------------------------


def test_another_build_of_the_same_files_differs_in_the_stamp_only(
    built, project, all_pages, tmp_path
):
    """Byte for byte, on another day (SOURCE_DATE_EPOCH is its date)."""
    again = tmp_path / "again" / "site"
    again.parent.mkdir()
    arguments = ("build", "--no-measure", "--to", str(again))
    done = sitebuild(ROOT, *arguments, SOURCE_DATE_EPOCH=str(EPOCH))
    assert done.returncode == 0, done.stderr
    files = {f.relative_to(built) for f in built.rglob("*") if f.is_file()}
    assert {f.relative_to(again) for f in again.rglob("*") if f.is_file()} == files
    stamped = {Path(file_of(project, page)) for page, _ in all_pages}
    for file in files:
        one, other = (built / file).read_bytes(), (again / file).read_bytes()
        if file in stamped:
            stamp = re.compile(rb'<aside class="stamp".*?</aside>', re.S)
            assert b"<dd>2000-02-29</dd>" in stamp.search(other)[0], file
            one, other = stamp.sub(b"", one), stamp.sub(b"", other)
        assert one == other, file
    shutil.rmtree(again)
