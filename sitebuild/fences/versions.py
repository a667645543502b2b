"""``versions("topic/name")``: what a program printed, by version of torch."""

from __future__ import annotations

import itertools

from markupsafe import Markup

from sitebuild.fences import show
from sitebuild.fences.fence import Fence
from sitebuild.pages.call import Call, Form
from sitebuild.view import View


def _render(call: Call, view: View) -> Markup:
    """Return the program above a table of what it printed, oldest version first.

    This build's own run stands among the recordings of other versions;
    neighbours that printed the same share a row.
    """
    run = view.run
    program = run.project.programs[call.program]
    runs = [(run.environment, run.output(program.name))]
    for recording in run.recordings:
        if recording.name != run.environment.name and not recording.environment.cuda:
            runs.append((recording.environment, recording.output(program)))
    runs.sort(key=lambda run: run[0].version)
    rows = [
        (text, [environment for environment, _ in group])
        for text, group in itertools.groupby(runs, key=lambda run: run[1])
    ]
    return show.frame(call, view, view.render("versions.html.jinja", rows=rows))


VERSIONS = Fence(
    Form("versions", 'versions("topic/name")'),
    _render,
    check=show.check,
    depends=show.depends,
    publish=show.publish,
)
