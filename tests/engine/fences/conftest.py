"""What the tests of fences share: a run made by hand, with no torch and no build."""

from __future__ import annotations

import dataclasses

import pytest

from sitebuild.fences import FENCES
from sitebuild.pages.outline import Fence, Heading, Link, Page
from sitebuild.programs.snippet import parse
from sitebuild.project import Project, Run
from sitebuild.run.environment import Environment
from sitebuild.run.result import Result
from sitebuild.view import View
from sitebuild.words import read_languages
from tests.conftest import ROOT

ENVIRONMENT = Environment("2.13.0+cpu", "3.11.7", "2.4.6", False, "CPU", "Linux x86_64")
OLD = dataclasses.replace(ENVIRONMENT, torch="1.13.1+cpu", date="2026-01-01")
NEW = dataclasses.replace(ENVIRONMENT, torch="2.15.0+cpu", date="2026-01-02")
GPU = dataclasses.replace(
    ENVIRONMENT, torch="2.11.0+cu128", cuda=True, device="GPU", date="2026-01-03"
)


class Recorded:
    """A recording of an environment that is not on the disk."""

    def __init__(self, environment, outputs):
        self.environment, self.name = environment, environment.name
        self._outputs = outputs  # by name of the program, each by section

    def outputs(self, program):
        return self._outputs.get(program.name)

    def output(self, program):
        outputs = self.outputs(program)
        return None if outputs is None else "".join(outputs.values())


class Desk:
    """A project and a run of it, put together by hand."""

    def __init__(self, root):
        languages, unequal = read_languages(ROOT)
        assert unequal == []
        pages = {code: {} for code in languages}
        self.project = Project(root, languages, pages, {}, [], [])
        self.run = Run(self.project, ENVIRONMENT, {})

    def program(self, name, source, output=None, figures=None):
        """Add a program and, if it printed something, its result."""
        program = parse(name, f"snippets/{name}.py", source)
        self.project.programs[name] = program
        if output is not None:
            outputs = output if isinstance(output, dict) else {"": output}
            self.run.results[name] = Result("end", outputs, figures=figures or {})
        return program

    def page(self, language, slug="a/page.md"):
        """A page, which is there from now on."""
        path = f"docs/{language}/{slug}"
        pages = self.project.pages[language]
        return pages.setdefault(slug, Page(path, slug, language))

    def claim(self, id_, text, call, explained=(), slug="a/page.md"):
        """Put a claim on the page of each language."""
        for language in self.project.languages:
            page = self.page(language, slug)
            line = 10 * len(page.headings) + 10
            page.headings.append(Heading(line, 2, id_, text))
            page.fences.append(Fence(line + 1, call))
            page.links += [Link(line + 2, target) for target in explained]

    def view(self, language="en", slug="a/page.md"):
        """A place on the page."""
        return View(self.run, self.project.languages[language], slug, "../../", 1)

    def render(self, call, language="en"):
        """Return the HTML of a call."""
        return str(FENCES[call.function].render(call, self.view(language)))


@pytest.fixture
def desk(tmp_path):
    """A project and its run, to be put together by hand."""
    return Desk(tmp_path)
