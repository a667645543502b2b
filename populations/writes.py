"""Who changes the values of a tensor without moving its counter?

    python populations/writes.py

prints a row for each function that writes to a tensor it is given: all public
ones whose schema says so, and `_foreach_`, `_fused_` and `_amp_`; all methods of
`torch.Tensor` and functions of `torch.nn` whose name ends in an underscore; and
what writes in ways that no schema tells of. Arguments are made up by their
types, in combinations of a few.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from typing import Any

import torch
from samples import Row, counted, equal, print_rows, seed, short, tensors

TRIES = 400  # combinations of arguments for each schema
INTERNAL = ("_foreach_", "_fused_", "_amp_")  # optimizers call these
PATIENCE = 30.0  # seconds
FORK = get_context("fork")
Made = Callable[[], Any]


def matrix() -> torch.Tensor:
    """Return a matrix of small, large and negative numbers."""
    return torch.tensor([[0.7, -0.2, 1.1], [0.2, -1.9, 0.3], [0.1, 0.3, 0.8]])


TENSORS: tuple[Made, ...] = (
    matrix,
    lambda: matrix() > 0.4,
    lambda: torch.tensor([[0, 2, 1], [2, 0, 1], [1, 2, 0]]),
    lambda: torch.tensor([0, 2, 1]),
    lambda: torch.tensor([0.3, 0.6, 0.9]),
    lambda: torch.tensor(0.5),
    lambda: matrix().expand(2, 3, 3).clone(),
    lambda: torch.tensor([[0.5, torch.nan], [torch.inf, 2.0]], dtype=torch.float64),
    lambda: torch.complex(matrix(), matrix()),
)
OTHERS: dict[str, tuple[Made, ...]] = {
    "Scalar": (lambda: 0.5, lambda: 1),
    "number": (lambda: 0.5, lambda: 1),
    "float": (lambda: 0.5, lambda: 2.0),
    "int": (lambda: 0, lambda: 1, lambda: 3),
    "SymInt": (lambda: 0, lambda: 1, lambda: 3),
    "bool": (lambda: False, lambda: True),
    "str": (lambda: "sum", lambda: "mean"),
    "List[int]": (lambda: [3, 3], lambda: [0], lambda: [1, 0]),
    "List[float]": (lambda: [0.5, 2.0],),
    "List[number]": (lambda: [0.5, 2.0],),
    "List[Tensor]": (
        lambda: [matrix(), matrix().mT * 1.5],
        lambda: [torch.tensor(1.0), torch.tensor(2.0)],
        lambda: [torch.tensor([0, 2]), torch.tensor([1, 2])],
    ),
}


NAMED: dict[str, tuple[Made, ...]] = {
    "state_steps": (lambda: [torch.tensor(1.0), torch.tensor(2.0)],),
    "max_exp_avg_sqs": (list,),
    "growth_tracker": (lambda: torch.tensor([1], dtype=torch.int32),),
    "found_inf": (lambda: torch.tensor([0.0]), lambda: torch.tensor([1.0])),
}


def values(kind: str) -> tuple[Made, ...]:
    """Return what an argument of this type can be."""
    if kind == "Tensor":
        return TENSORS
    if kind.startswith("Optional["):
        inner = kind[len("Optional[") : -1]
        return (lambda: None, *values(inner)[:3])
    if kind == "List[Optional[Tensor]]":
        return (lambda: [torch.tensor([0, 2])],)
    return OTHERS.get(kind, ())


def counts(function: Callable[..., Any], args: list[Any], kwargs: Any) -> Iterator[str]:
    """Call; yield what the counters of the arguments did where values changed."""
    given = tensors((args, kwargs))
    before = [(t.detach().clone(), t.stride(), t._version) for t in given]
    seed()
    with torch.no_grad():
        function(*args, **kwargs)
    for t, (copy, stride, version) in zip(given, before):
        if not equal(t.detach(), copy) or t.stride() != stride:
            yield "moves" if t._version != version else "still"


def writers() -> dict[str, list[Any]]:
    """Return the schemas that write to an argument other than `out=`, by name."""
    found: dict[str, list[Any]] = {}
    for schema in torch._C._jit_get_all_schemas():
        written = [
            a for a in schema.arguments if a.alias_info and a.alias_info.is_write
        ]
        name = schema.name.rpartition("::")[2]
        if (
            schema.name.startswith("aten::")
            and (not name.startswith("_") or name.startswith(INTERNAL))
            and any(str(a.type) in ("Tensor", "List[Tensor]") for a in written)
            and not any(a.kwarg_only for a in written)
        ):
            found.setdefault(name, []).append(schema)
    return found


def call_of(name: str) -> str:
    """Return a function as readers call it."""
    for where, prefix in (
        (torch.Tensor, "Tensor"),
        (torch, "torch"),
        (torch.nn.functional, "torch.nn.functional"),
    ):
        if hasattr(where, name):
            return f"{prefix}.{name}"
    return f"torch.ops.aten.{name}"


def of_schemas(name: str, schemas: list[Any]) -> Row:
    """Return the row of a function that torch declares to write."""
    seen: list[str] = []
    calls, reason = 0, None
    for schema in schemas:
        overload = schema.overload_name or "default"
        try:
            function = getattr(getattr(torch.ops.aten, name), overload)
        except (AttributeError, RuntimeError) as error:
            reason = reason or short(error)
            continue
        for args, kwargs in made_up(name, schema):
            try:
                found = list(counts(function, args, kwargs))
            except Exception as error:
                reason = reason or short(error)
                continue
            calls += 1
            seen += found
    return finish(call_of(name), "operator", calls, seen, reason)


def made_up(name: str, schema: Any) -> Iterator[tuple[list[Any], dict[str, Any]]]:
    """Yield arguments of a function: what it needs, then more of what it takes."""
    needed = [a for a in schema.arguments if not a.has_default_value()]
    taken = [a for a in schema.arguments if not a.kwarg_only]
    for wanted in [needed] if len(taken) <= len(needed) else [needed, taken]:
        choices = [NAMED.get(a.name, values(str(a.type))) for a in wanted]
        if name.startswith("_fused_"):  # they trust the sizes that they are given
            choices = [found[:1] for found in choices]
        for chosen in some(choices):
            args, kwargs = [], {}
            for argument, make in zip(wanted, chosen):
                if argument.kwarg_only:
                    kwargs[argument.name] = make()
                else:
                    args.append(make())
            yield args, kwargs


def some(choices: list[tuple[Made, ...]]) -> Iterator[tuple[Made, ...]]:
    """Yield combinations: all, or as many as there is time for."""
    count = math.prod(map(len, choices))
    for number in random.Random(0).sample(range(count), min(count, TRIES)):
        chosen = []
        for made in choices:
            number, index = divmod(number, len(made))
            chosen.append(made[index])
        yield tuple(chosen)


def finish(
    name: str, kind: str, calls: int, seen: list[str], reason: str | None
) -> Row:
    """Return a row; without a change that was seen, a reason."""
    counter = counted(seen)
    if counter:
        reason = None
    elif calls:
        reason = "no values changed"
    return {
        "name": name,
        "kind": kind,
        "calls": calls,
        "counter": counter,
        "reason": reason or (None if counter else "no arguments found"),
    }


# What is written in Python, and what a method takes that no schema tells of.
def _three() -> list[torch.Tensor]:
    return [matrix(), matrix() * 2, matrix() * 3]


def _module() -> torch.nn.Module:
    torch.manual_seed(1)
    return torch.nn.Linear(3, 3)


def _gradients() -> list[torch.Tensor]:
    """Return parameters that have gradients."""
    found = [p.requires_grad_() for p in _three()]
    for p in found:
        p.grad = torch.full_like(p, 9.0)
    return found


def in_python() -> dict[str, tuple[Callable[..., Any], list[torch.Tensor]]]:
    """Return functions without arguments, with the tensors that they write to."""
    a, b, c = _three()
    d, e, f = _three()
    g, h, i = _three()
    clipped, limited, hooked = _gradients(), _gradients(), _gradients()
    vector = torch.cat([t.flatten() for t in _three()]) + 1.0
    targets = _three()
    average = torch.optim.swa_utils.AveragedModel(_module())
    moving = torch.optim.swa_utils.AveragedModel(
        _module(), multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.5)
    )
    other = torch.nn.Linear(3, 3)
    loaded = torch.nn.Linear(3, 3)
    normed = torch.nn.utils.parametrizations.spectral_norm(_module())
    old = torch.nn.utils.spectral_norm(_module())
    state = {k: v + 1.0 for k, v in _module().state_dict().items()}
    cleared = _gradients()
    cleared_by = torch.optim.SGD(cleared)
    shared = _three()[0]
    array = shared.numpy()
    stored = _three()[0]
    lazy = _three()[0]
    through = torch.utils.dlpack.from_dlpack(lazy)

    def average_twice(model: Any) -> None:
        model.update_parameters(other)
        model.update_parameters(_module())

    def write_array() -> None:
        array[:] = 5.0

    return {
        "Tensor.apply_": (lambda: a.apply_(lambda v: v + 1), [a]),
        "Tensor.map_": (lambda: b.map_(matrix(), lambda v, w: v + w), [b]),
        "Tensor.map2_": (
            lambda: c.map2_(matrix(), matrix(), lambda v, w, u: v + w + u),
            [c],
        ),
        "Tensor.data": (lambda: d.data.mul_(2), [d]),
        "Tensor.data = ...": (lambda: setattr(e, "data", e + 1), [e]),
        "Tensor.detach().mul_": (lambda: f.detach().mul_(2), [f]),
        "Tensor.__setitem__": (lambda: g.__setitem__(0, 5.0), [g]),
        "Tensor.__iadd__": (lambda: h.__iadd__(1), [h]),
        "Tensor.untyped_storage().fill_": (lambda: i.untyped_storage().fill_(1), [i]),
        "Tensor.numpy() = ...": (write_array, [shared]),
        "Tensor.untyped_storage().copy_": (
            lambda: stored.untyped_storage().copy_((stored + 1).untyped_storage()),
            [stored],
        ),
        "torch.from_dlpack(...).mul_": (lambda: through.mul_(2), [lazy]),
        "torch.nn.utils.vector_to_parameters": (
            lambda: torch.nn.utils.vector_to_parameters(vector, targets),
            targets,
        ),
        "torch.nn.utils.clip_grad_norm_": (
            lambda: torch.nn.utils.clip_grad_norm_(clipped, 1.0),
            [p.grad for p in clipped],
        ),
        "torch.nn.utils.clip_grad_value_": (
            lambda: torch.nn.utils.clip_grad_value_(limited, 1.0),
            [p.grad for p in limited],
        ),
        "torch.nn.utils.clip_grads_with_norm_": (
            lambda: torch.nn.utils.clip_grads_with_norm_(
                hooked, 1.0, torch.tensor(9.0)
            ),
            [p.grad for p in hooked],
        ),
        "torch.nn.utils.parametrizations.spectral_norm": (
            lambda: (
                normed.parametrizations.weight.original.data.add_(matrix()),
                normed(torch.ones(1, 3)),
            ),
            list(normed.buffers()),
        ),
        "torch.nn.utils.spectral_norm": (
            lambda: old(torch.ones(1, 3)),
            list(old.buffers()),
        ),
        "torch.nn.Module.load_state_dict": (
            lambda: loaded.load_state_dict(state),
            list(loaded.parameters()),
        ),
        "torch.optim.Optimizer.zero_grad(set_to_none=False)": (
            lambda: cleared_by.zero_grad(set_to_none=False),
            [p.grad for p in cleared],
        ),
        "torch.optim.swa_utils.AveragedModel": (
            lambda: average_twice(average),
            list(average.module.parameters()),
        ),
        "torch.optim.swa_utils.get_ema_multi_avg_fn": (
            lambda: average_twice(moving),
            list(moving.module.parameters()),
        ),
    }


def initializers() -> dict[str, list[tuple[Any, ...]]]:
    """Return the functions of `torch.nn.init` that write, with arguments to try."""
    tried: list[tuple[Any, ...]] = [(), (0.5,), (0.1, 0.9)]
    return {
        f"torch.nn.init.{name}": tried
        for name in dir(torch.nn.init)
        if name.endswith("_") and not name.startswith("_")
    }


def of_initializer(name: str, tried: list[tuple[Any, ...]]) -> Row:
    """Return the row of a function that fills a parameter."""
    function = getattr(torch.nn.init, name.rpartition(".")[2])
    seen: list[str] = []
    calls, reason = 0, None
    for make in (matrix, lambda: matrix().expand(2, 3, 3).clone()):
        for arguments in tried:
            try:
                found = list(counts(function, [make(), *arguments], {}))
            except Exception as error:
                reason = reason or short(error)
                continue
            calls += 1
            seen += found
    return finish(name, "function", calls, seen, reason)


def of_python(name: str) -> Row:
    """Return the row of what is called as readers do."""
    function, written = in_python()[name]
    try:
        seen = list(counts(lambda *_: function(), list(written), {}))
    except Exception as error:
        return finish(name, "function", 0, [], short(error))
    return finish(name, "function", 1, seen, None)


def population() -> list[tuple[Callable[..., Row], tuple[Any, ...]]]:
    """Return what makes each row."""
    listed = writers()
    python, fills = in_python(), initializers()
    covered = {call_of(name) for name in listed} | set(python)
    rest = [
        f"{prefix}.{name}"
        for prefix, where in (
            ("Tensor", torch.Tensor),
            ("torch", torch),
            ("torch.nn.functional", torch.nn.functional),
            ("torch.nn.utils", torch.nn.utils),
        )
        for name in dir(where)
        if name.endswith("_") and not name.endswith("__")
        if f"{prefix}.{name}" not in covered
        and callable(getattr(where, name))
        and name not in listed
        and not name.startswith("_")
    ]
    return [
        *((of_schemas, (name, schemas)) for name, schemas in listed.items()),
        *((of_python, (name,)) for name in python),
        *((of_initializer, one) for one in fills.items()),
        *((of_other, (name,)) for name in rest),
    ]


def of_other(name: str) -> Row:
    """Return the row of what no schema tells of, tried with a few arguments."""
    where: Any = torch
    for part in name.removeprefix("torch.").split("."):
        where = getattr(where, part)
    seen: list[str] = []
    calls, reason = 0, None
    for make in TENSORS:
        for more in ((), (0.5,), (0, 1), (0.1, 0.9), (matrix(),), (True,)):
            try:
                found = list(counts(where, [make(), *more], {}))
            except Exception as error:
                reason = reason or short(error)
                continue
            calls += 1
            seen += found
    return finish(name, "function", calls, seen, reason)


POPULATION = population()


def row(number: int) -> Row:
    """Return the row of one function.

    In a process of its own: arguments that are made up can crash it.
    """
    make, arguments = POPULATION[number]
    here, there = FORK.Pipe(duplex=False)
    child = FORK.Process(target=lambda: there.send(make(*arguments)))
    child.start()
    there.close()
    try:
        return here.recv() if here.poll(PATIENCE) else failed(arguments[0], "hang")
    except EOFError:
        return failed(arguments[0], "crash")
    finally:
        child.kill()
        child.join()


def failed(name: str, how: str) -> Row:
    """Return the row of a function that no arguments could be made up for."""
    call = name if "." in name else call_of(name)
    kind = "function" if "." in name else "operator"
    return finish(call, kind, 0, [], f"made-up arguments {how} the process")


if __name__ == "__main__":
    print_rows(POPULATION, row)
