"""What the tests of the matrix and of the chooser share: runs, and a small matrix."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import io
import os
import tempfile
import warnings
from pathlib import Path

from markupsafe import Markup

from sitebuild.fences.matrix.table import FACTS, SOURCES, Matrix, Row
from sitebuild.programs.operations import Operation
from sitebuild.project import Project, Run
from sitebuild.run.clean import clean
from sitebuild.run.environment import Environment
from sitebuild.run.result import Result
from sitebuild.view import View
from sitebuild.words import Language, Words

ENVIRONMENT = Environment("2.13.0+cpu", "3.11.7", "2.4.6", False, "CPU", "Linux x86_64")


@functools.cache
def tables_run(project: Project) -> Run:
    """A run of the probes and the examples alone, for the CPU and in this process."""
    results = {}
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)  # some operations write files
        for name, program in project.programs.items():
            if name.startswith(("matrix/", "which-one/")) and not program.needs_cuda:
                printed = io.StringIO()
                with contextlib.redirect_stdout(printed), warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    exec(program.source, {"__name__": "__main__"})
                results[name] = Result("end", {"": clean(printed.getvalue())})
        os.chdir(before)
    return Run(project, ENVIRONMENT, results)


# --- a small matrix, made by hand -------------------------------------------------

USUAL = {"usual": "E: <no> way"}
SOURCE = {
    "x": "torch.tensor([[1.0, 2.0]])",
    "x_dtype": "float32",
    "x_device": "cpu",
    "x_strides": "(2, 1)",
    "x_transposed": "(1, 2)",
    "otherwise": {},
}
COPY = {
    **dict.fromkeys(FACTS),
    **SOURCE,
    "same_object": False,
    "shares_storage": False,
    "write_seen": False,
    "requires_grad": False,
    "is_leaf": True,
    "gradient": False,
    "own_gradient": False,
    "type": "Tensor",
    "dtype": "float32",
    "device": "cpu",
    "strides": "(1, 2)",
    "warnings": [],
}
ALIAS = {**COPY, "shares_storage": True, "write_seen": True, "version_noticed": True}
TRACKED = {"requires_grad": True, "is_leaf": False, "gradient": True}
NO_TENSOR = dict.fromkeys(
    ("requires_grad", "is_leaf", "gradient", "own_gradient", "grad_fn")
)


def row(source: str = "leaf", on: str = "cpu", **facts) -> Row:
    """A copy, cut from the graph, but for `facts`."""
    return Row(Operation("a", 1, "x"), source, on, {**COPY, **facts})


def row_of(matrix: Matrix, id_: str, source: str) -> Row:
    """The row of one operation and one source on the CPU."""
    (found,) = (
        one
        for one in matrix.rows
        if (one.operation.id, one.source, one.on) == (id_, source, "cpu")
    )
    return found


def operation(id_: str, expression: str, **more: str) -> Operation:
    return Operation(id_, 1, expression, **more)


STAYS = {"exception": None, "device": "lazy", "copies": 0}
ELSEWHERE = {
    **dict.fromkeys(("detach", "clone", "detach-requires-grad", "itself"), STAYS),
    "clone-contiguous": {**STAYS, "device": "cpu", "copies": 2},
    "detach-numpy": {"exception": "TypeError: not from <lazy>"},
    "item": {**STAYS, "device": "cpu", "copies": 1},
}


def small(cuda: bool = False) -> Matrix:
    """Six operations, of as many families and with every kind of message."""
    refused = {
        **dict.fromkeys(FACTS),
        **SOURCE,
        "exception": "RuntimeError: Can't call numpy() on a <Tensor>\n  that requires",
        "warnings": ["UserWarning: first"],
    }
    rows = {
        operation("detach", "x.detach()", page="detach/#detach"): [ALIAS] * 3,
        operation("clone", "x.clone()", page="clone/#clone"): [
            {**COPY, **TRACKED, "grad_fn": "CloneBackward0"},
            {**COPY, **TRACKED, "grad_fn": "CloneBackward0"},
            COPY,
        ],
        operation(
            "detach-requires-grad",
            "x.detach().requires_grad_()",
            page="detach/#memory-is-shared",
        ): [{**ALIAS, "requires_grad": True, "own_gradient": True}] * 3,
        operation(
            "clone-contiguous",
            "y",
            setup='y = x.clone("a & b")\ny = y.contiguous()',
            under="torch.no_grad()",
            values="[[2.0], [1.0]]",
            page="clone/#keeps-the-layout",
        ): [
            {**COPY, "strides": "(3, 1)", "warnings": ["UserWarning: slow:\nvery"]},
            {**COPY, "strides": "RuntimeError: no <view>: of it"},
            {**COPY, "write_exception": "ValueError: read-only", "otherwise": USUAL},
        ],
        operation("detach-numpy", "x.numpy()", page="numpy/#requires-grad"): [
            refused,
            refused,
            {**ALIAS, **NO_TENSOR, "type": "ndarray", "version_noticed": False},
        ],
        operation("index-row", "x[0]"): [
            {
                **ALIAS,
                "otherwise": {"transposed": "own"},
                "requires_grad": True,
                "gradient_exception": "RuntimeError: no",
            },
            {**ALIAS, "requires_grad": True},
            {**ALIAS, "strides": "(2,)"},
        ],
        operation("itself", "x", page="devices/#write-reaches-the-source"): [
            {**ALIAS, "same_object": True, **TRACKED}
        ]
        * 2
        + [{**ALIAS, "same_object": True, "otherwise": {"float64": "own"}}],
        operation("item", "x.item()"): [
            {
                **dict.fromkeys(FACTS),
                **SOURCE,
                "same_object": False,
                "shares_storage": False,
                "type": "float",
                "warnings": [],
            }
        ]
        * 3,
    }
    made = [
        Row(one, source, "cpu", facts)
        for one, of_sources in rows.items()
        for source, facts in zip(SOURCES, of_sources)
    ]
    if cuda:
        made += [dataclasses.replace(on_cuda(one), on="cuda") for one in list(made)]
    where = "torch 2.13.0+cu130, Some <GPU>" if cuda else ""
    return Matrix(tuple(rows), tuple(made), ENVIRONMENT, where, ELSEWHERE)


def on_cuda(one: Row) -> Row:
    """As on the CPU, but for another device, and for what moves."""
    facts = dict(one.facts)
    if one.operation.id == "detach-numpy":
        facts = {**dict.fromkeys(FACTS), **SOURCE, "warnings": []}
        facts["exception"] = "TypeError: can't convert cuda:0 device type tensor"
    elif facts["device"]:
        facts["device"] = "cuda:0"
    facts["x_device"] = "cuda:0"
    return dataclasses.replace(one, facts=facts)


def view_of(matrix: Matrix, language: Language, root: str = "../") -> View:
    """A place on a page, whose words know the operations of `matrix`."""
    table = {key: language.words[key] for key in language.words}
    notes = {one.id: f"What {one.id} is." for one in matrix.operations}
    words = Words({**table, "operations": Words(notes)})
    run = Run(Project(None, {}, {}, {}, [], []), ENVIRONMENT, {})
    return View(run, dataclasses.replace(language, words=words), "a.md", root, 1)


def example_in_short(call, view: View) -> Markup:
    """What stands for the program of an example."""
    return Markup("<pre>{}</pre>").format(call.program)
