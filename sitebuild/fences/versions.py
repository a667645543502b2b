"""``versions("topic/name")``: what a program printed, by version of torch."""

from __future__ import annotations

import html
import itertools

from markupsafe import Markup

from sitebuild.fences import show
from sitebuild.fences.fence import Fence
from sitebuild.pages.call import Call, Form
from sitebuild.view import View


def _table(call: Call, view: View) -> str:
    """Return a table of what a program printed, by version, oldest first.

    This build's own run stands among the recordings of other versions;
    neighbours that printed the same share a row.
    """
    run, words = view.run, view.words.versions
    program = run.project.programs[call.program]
    here = run.environment
    runs = [
        (
            here.version,
            f"<small>{words['this_build']}</small>",
            str(here),
            run.output(program.name),
        )
    ]
    for recording in run.recordings:
        if recording.name != here.name and not recording.environment.cuda:
            text = recording.output(program)
            where = recording.environment
            runs.append((where.version, "", str(where), text))
    body = ""
    for text, group in itertools.groupby(sorted(runs), key=lambda run: run[3]):
        labels = "<br>".join(
            f'<abbr title="{html.escape(title)}">'
            f"{'.'.join(map(str, numbers))}</abbr>{note}"
            for numbers, note, title, _ in group
        )
        if text is None:
            cell = f"<em>{words['not_run']}</em>"
        elif text.strip():
            escaped = html.escape(text.rstrip(), quote=False)
            cell = f"<pre><samp>{escaped}</samp></pre>"
        else:
            cell = words["nothing"]
        body += f'<tr><th scope="row">{labels}</th><td>{cell}</td></tr>'
    return (
        '<div class="snippet-versions" tabindex="0"><table class="versions">'
        f'<thead><tr><th scope="col">{words["version"]}</th>'
        f'<th scope="col">{view.words.show["output"]}</th></tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _render(call: Call, view: View) -> Markup:
    return show.frame(call, view, Markup(_table(call, view)))


VERSIONS = Fence(
    Form("versions", 'versions("topic/name")'),
    _render,
    check=show.SHOW.check,
    depends=show.depends,
    publish=show.publish,
)
