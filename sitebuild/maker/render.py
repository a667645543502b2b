"""Render the pages of a run with MkDocs: all languages, side by side."""

from __future__ import annotations

import datetime
import logging
import multiprocessing
import os
import shutil
import signal
import subprocess
from collections.abc import Collection
from functools import partial
from pathlib import Path

from sitebuild.faults import Fault
from sitebuild.fences import FENCES
from sitebuild.maker import notebook
from sitebuild.maker.verify import built, verify
from sitebuild.pages.call import Call
from sitebuild.programs.notebook import name
from sitebuild.project import Run
from sitebuild.run.runner import FORK
from sitebuild.words import Language


def warm_up() -> None:
    """Import what rendering needs, once, before the languages' processes fork."""
    import mkdocs_jupyter.plugin  # noqa: F401

    from sitebuild.maker import plugin  # noqa: F401


def render(run: Run, to: Path, again: Collection[str] | None = None) -> list[Fault]:
    """Render the pages of a run, with all that lies beside them, and verify links.

    Args:
        run: What the pages show.
        to: A new folder for the site; the languages' own folders and the
            executed notebooks are beside it for a while.
        again: The paths of the pages to render, if `to` holds the rest of the
            site already; all if not given.

    Returns:
        What MkDocs warns of, and dead links.
    """
    project = run.project
    notebooks = to.with_name(f"{to.name}.notebooks")
    for language, by_slug in project.pages.items():
        for slug, page in by_slug.items():
            if slug.endswith(".ipynb"):
                result = run.results.get(name(slug))
                source, target = project.root / page.path, notebooks / language / slug
                notebook.execute(source, result, target)
    languages = dict(project.languages)
    titles: dict[str, dict[str, str]] = {}
    if again is not None:
        edited = [p for by in project.pages.values() for p in by.values()]
        edited = [page for page in edited if page.path in again]
        languages = {page.language: languages[page.language] for page in edited}
        for page in edited:
            built(project, to, page).unlink(missing_ok=True)
        titles = {
            code: {slug: page.title for slug, page in project.pages[code].items()}
            for code in languages
        }
    faults = _languages(run, languages, to, notebooks, titles)
    shutil.rmtree(notebooks, ignore_errors=True)
    calls: dict[str, set[Call]] = {}
    for use in project.uses:
        if again is None or use.page.path in again:
            calls.setdefault(use.call.function, set()).add(use.call)
    for function, of in calls.items():
        FENCES[function].publish(run, to, of)
    return faults or verify(project, to)


def _languages(
    run: Run,
    languages: dict[str, Language],
    to: Path,
    notebooks: Path,
    titles: dict[str, dict[str, str]],
) -> list[Fault]:
    """Render `languages` into `to`, side by side where processes can be forked."""
    folders = {code: to / language.prefix for code, language in languages.items()}
    # MkDocs empties the folder of a whole build, so none may lie in another.
    apart = {
        code: folder if titles else to.with_name(f"{to.name}.{code}")
        for code, folder in folders.items()
    }
    calls = [
        partial(_language, run, language, apart[code], notebooks, titles.get(code, {}))
        for code, language in languages.items()
    ]
    if FORK and len(calls) > 1:
        warm_up()
        # Handed over by forking: pickled, all results would take their time.
        _CALLS[:] = calls
        # The pool ends its workers by a signal that we answer otherwise: `main`.
        default = (signal.SIGTERM, signal.SIG_DFL)
        with multiprocessing.get_context("fork").Pool(
            len(calls), signal.signal, default
        ) as pool:
            lists = pool.map(_one, range(len(calls)))
    else:
        lists = [call() for call in calls]
    if not titles:
        for code, folder in folders.items():
            if apart[code].exists():
                shutil.copytree(apart[code], folder, dirs_exist_ok=True)
                shutil.rmtree(apart[code])
    return [fault for faults in lists for fault in faults]


_CALLS: list[partial[list[Fault]]] = []  # a call of `_language` for a process


def _one(number: int) -> list[Fault]:
    return _CALLS[number]()


class _Warnings(logging.Handler):
    """Collects what MkDocs warns of; in a strict build each is a fault."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if message not in self.messages:
            self.messages.append(message)


def _language(
    run: Run, language: Language, to: Path, notebooks: Path, titles: dict[str, str]
) -> list[Fault]:
    """Render one language into folder `to`; return what MkDocs warns of.

    With `titles`, of all pages, only pages that `to` lacks are rendered.
    """
    from mkdocs.commands.build import build as mkdocs_build
    from mkdocs.config import load_config
    from mkdocs.exceptions import Abort, MkDocsException

    from sitebuild.maker.plugin import ShowRuns

    os.environ["NO_MKDOCS_2_WARNING"] = "1"
    handler = _Warnings()
    logger = logging.getLogger("mkdocs")
    logger.addHandler(handler)
    site_url = os.environ.get("SITE_URL", "")
    if site_url and not site_url.endswith("/"):
        site_url += "/"
    executed = {
        file.relative_to(notebooks / language.code).as_posix(): file
        for file in (notebooks / language.code).rglob("*.ipynb")
    }
    project = run.project
    try:
        config = load_config(
            str(project.root / language.config),
            site_dir=str(to),
            site_url=site_url + language.prefix if site_url else "",
            repo_url=run.repo_url or None,
            hooks=[],  # which refuses to build by itself,
        )
        config.extra.update(
            stamp=_stamp(run, language),
            site_root=site_url,
            to_root="../" if language.prefix else "",
            languages=[
                {"lang": other.code, "name": other.name, "root": other.prefix}
                for other in project.languages.values()
            ],
        )
        config.plugins["sitebuild"] = ShowRuns(run, language, executed, titles)
        config.plugins.on_startup(command="build", dirty=bool(titles))
        mkdocs_build(config, dirty=bool(titles))
    except (Abort, MkDocsException) as error:
        handler.messages.append(str(error))
    finally:
        logger.removeHandler(handler)
    for slug, file in executed.items():
        target = to / slug.removesuffix(".ipynb") / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    for unneeded in [*to.rglob("*.map"), *to.glob("sitemap.xml.gz")]:
        # Maps are for the theme's makers, gz holds a time; of two languages side
        # by side either may be first.
        unneeded.unlink(missing_ok=True)
    if not site_url:
        (to / "sitemap.xml").unlink(missing_ok=True)  # it would be empty
    return [
        Fault(language.config, 1, "site-generator", message)
        for message in handler.messages
        if not message.startswith("A 'dirty' build is being performed")
    ]


def _stamp(run: Run, language: Language) -> dict[str, object]:
    """Return the facts that every page shows about the run it comes from."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    utc = datetime.timezone.utc
    today = (
        datetime.datetime.fromtimestamp(int(epoch), utc)
        if epoch
        else datetime.datetime.now(utc)
    )
    commit = ""
    if shutil.which("git"):
        command = ["git", "-C", str(run.project.root), "describe", "--always"]
        git = subprocess.run(
            [*command, "--dirty", "--exclude=*"], capture_output=True, text=True
        )
        commit = git.stdout.strip()
    words, environment = language.words.stamp, run.environment
    return {
        "label": words.label,
        "lead": words.lead,
        "facts": [
            ("torch", environment.torch),
            ("Python", environment.python),
            ("NumPy", environment.numpy),
            (words.device, environment.device),
            (words.platform, environment.platform),
            (words.date, today.date().isoformat()),
            (words.commit, commit or "-"),
        ],
    }
