"""The statements of the page on where the mode goes, each decided by a run."""

import asyncio
import contextlib
import functools
import multiprocessing
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from torch import nn

from tests.conftest import values

DECORATORS = {
    "no_grad()": torch.no_grad(),
    "no_grad": torch.no_grad,
    "inference_mode()": torch.inference_mode(),
    "inference_mode": torch.inference_mode,
    "set_grad_enabled(False)": lambda f: torch.set_grad_enabled(False)(f),
}


def leaf():
    return torch.ones(3, requires_grad=True)


def recorded():
    return (leaf() * 2).requires_grad


def suspended(mode):
    with mode():
        while True:
            yield


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_modes_a_suspended_generator_leaks_its_mode_to_the_caller(mode, output):
    """A yield inside the block returns without leaving it, silently."""
    stream = suspended(mode)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        next(stream)
    assert not recorded()
    stream.close()
    assert recorded()
    assert output("where_the_mode_goes/leaks_to_the_caller").splitlines() == [
        "loss.requires_grad = False",
        "loss.requires_grad = False",
        "torch.is_grad_enabled() = True",
    ]


def test_modes_a_generator_left_half_way_keeps_recording_off(output):
    """It stays off until the generator is closed."""
    assert output("where_the_mode_goes/left_behind").splitlines() == [
        "torch.is_grad_enabled() = False",
        "torch.is_grad_enabled() = True",
    ]


@pytest.mark.parametrize("name", DECORATORS)
def test_modes_C02_a_decorator_reaches_functions_and_generators(name):
    """no_grad works as a decorator: true, with and without parentheses."""
    decorate = DECORATORS[name]

    def generator():
        for _ in range(2):
            yield recorded()

    assert not decorate(recorded)()
    assert recorded()
    for inside in decorate(generator)():
        assert not inside and recorded()


@pytest.mark.parametrize("name", DECORATORS)
def test_modes_a_decorator_does_not_reach_an_async_def(name):
    """The body runs after the block of the decorator has ended."""
    decorate = DECORATORS[name]

    async def coroutine():
        return recorded()

    async def generator():
        yield recorded()

    async def collect():
        return [value async for value in decorate(generator)()]

    assert asyncio.run(decorate(coroutine)())
    assert asyncio.run(collect()) == [True]


def test_modes_the_table_of_decorators_agrees():
    """Functions and generator functions are reached, async ones are not."""
    rows = values("where_the_mode_goes/what_a_decorator_reaches")["rows"]
    assert [row.pop("decorator").replace("torch.", "") for row in rows] == [
        "no_grad()",
        "no_grad",
        "set_grad_enabled(False)",
        "inference_mode()",
        "inference_mode",
    ]
    for row in rows:
        assert list(row.values()) == [True, True, False, False]


def test_modes_set_grad_enabled_as_a_decorator_leaves_the_outside_alone(output):
    """Decorating puts the state back that the call has switched."""

    @torch.set_grad_enabled(False)
    def predict():
        return recorded()

    assert recorded() and not predict() and recorded()
    assert output("where_the_mode_goes/set_grad_enabled_decorates").splitlines() == [
        "torch.is_grad_enabled() = True",
        "predict().requires_grad = False",
        "torch.is_grad_enabled() = True",
    ]


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_modes_a_new_thread_starts_recording(mode):
    """The state is not handed to threads; functions called inside have it."""
    seen = []
    with mode():
        assert not recorded()
        thread = threading.Thread(target=lambda: seen.append(recorded()))
        thread.start()
        thread.join()
    assert seen == [True]


def test_modes_a_pool_keeps_what_a_task_has_switched():
    """set_grad_enabled(False) lasts for the thread, and does not leave it."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        assert pool.submit(recorded).result()
        pool.submit(torch.set_grad_enabled, False).result()
        assert not pool.submit(recorded).result()
    assert recorded()


def test_modes_an_exception_leaves_the_block_and_skips_the_call(output):
    """with puts the state back; a call further down is not reached."""
    with contextlib.suppress(ValueError), torch.no_grad():
        raise ValueError
    assert recorded()
    text = output("where_the_mode_goes/exception_leaves_the_block")
    assert text.splitlines() == [
        "by_block(False): enabled = True",
        "by_block(True): enabled = True",
        "by_call(False): enabled = True",
        "by_call(True): enabled = False",
    ]


def test_modes_generators_with_a_decorator_or_a_yield_outside_do_not_leak(output):
    """Both ways of the page: off inside, on for the caller."""
    lines = output("where_the_mode_goes/generators_done_right").splitlines()
    assert len(lines) == 4
    assert set(lines) == {"y.requires_grad = False, torch.is_grad_enabled() = True"}


def test_modes_an_await_inside_the_block_lets_the_mode_out(output):
    """Another task on the thread runs unrecorded meanwhile."""

    async def evaluate():
        with torch.no_grad():
            await asyncio.sleep(0)

    async def train():
        return recorded()

    async def main():
        return await asyncio.gather(evaluate(), train())

    assert asyncio.run(main())[1] is False and recorded()
    text = output("where_the_mode_goes/await_lets_the_mode_out")
    assert text.startswith("loss.requires_grad = False\n")


def test_modes_blocks_left_in_the_order_of_entering_leave_recording_off(output):
    """The block that is left last restores what the first had switched."""
    one, two = torch.no_grad(), torch.no_grad()
    one.__enter__()
    two.__enter__()
    one.__exit__(None, None, None)
    assert recorded()
    two.__exit__(None, None, None)
    assert not recorded()
    torch.set_grad_enabled(True)
    assert output("where_the_mode_goes/two_tasks_leave_it_off").splitlines() == [
        "torch.is_grad_enabled() = True",
        "torch.is_grad_enabled() = False",
    ]


def test_modes_a_plain_function_called_by_a_task_does_not_leak(output):
    """The decorated function is unrecorded, the other task never."""
    lines = output("where_the_mode_goes/async_done_right").splitlines()
    assert "y.requires_grad = False" in lines
    others = [line for line in lines if not line.startswith("y.")]
    assert others == ["(w * 2).requires_grad = True"] * 3


def test_modes_a_decorated_class_becomes_a_function_and_warns():
    """Only __init__ is switched; isinstance and inheritance are lost."""

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.ones(2))
            self.scaled = self.weight * 2

        def forward(self, x):
            return self.weight * x

    with pytest.warns(FutureWarning, match="Decorating classes is deprecated"):
        decorated = torch.no_grad()(Model)
    model = decorated()
    assert not model.scaled.requires_grad and model(1.0).requires_grad
    with pytest.raises(TypeError):
        isinstance(model, decorated)
    with pytest.raises(TypeError):
        type("Child", (decorated,), {})


def test_modes_B12_a_graph_that_exists_is_not_touched():
    """set_grad_enabled(False) does not disable a graph: that is false."""
    x = leaf()
    y = (x * x).sum()
    torch.set_grad_enabled(False)
    assert y.requires_grad and y.grad_fn is not None
    y.backward()
    assert torch.equal(x.grad, torch.full((3,), 2.0))


def test_modes_create_graph_overrules_no_grad_and_not_inference_mode():
    """The gradient asked for with create_graph=True has a graph of its own."""
    x = torch.tensor(2.0, requires_grad=True)
    y = x * x * x
    with torch.no_grad():
        (g,) = torch.autograd.grad(y, x, create_graph=True)
        assert g.requires_grad
    with torch.inference_mode():
        (h,) = torch.autograd.grad(y, x, create_graph=True)
        assert not h.requires_grad
    assert torch.autograd.grad(g, x)[0] == 12.0


def test_modes_a_view_made_under_no_grad_claims_to_require_grad():
    """It is a leaf without grad_fn, and its gradient arrives nowhere."""
    w = leaf()
    with torch.no_grad():
        views = [w.view(-1), w[:2], w.t(), w.expand(2, 3)]
        assert not (w * 2).requires_grad
    for v in views:
        assert v.requires_grad and v.is_leaf and v.grad_fn is None
        loss = (v * 2).sum()
        (edge, _), *_ = loss.grad_fn.next_functions[0][0].next_functions
        assert edge is None
        loss.backward()
        assert v.grad is None and w.grad is None


def test_modes_writing_to_a_view_made_under_no_grad_raises(output):
    """Outside the block it raises; inside, and wholly outside, it does not."""
    w = leaf()
    with torch.no_grad():
        v = w.view(-1)
    with pytest.raises(RuntimeError, match="A view was created in no_grad mode"):
        v.mul_(2)
    with torch.no_grad():
        w.view(-1).mul_(2)
    assert w._version == 1
    assert torch.equal(w, torch.full((3,), 2.0))
    y = w * 1
    y.view(-1).mul_(2)
    y.sum().backward()
    assert torch.equal(w.grad, torch.full((3,), 2.0))
    text = output("where_the_mode_goes/write_to_the_view")
    assert "moving both the view and the inplace" in text


def test_modes_detach_has_no_state_to_leak():
    """A detach() in a suspended generator leaves the caller recording."""

    def generator():
        while True:
            yield leaf().detach()

    stream = generator()
    assert not next(stream).requires_grad and recorded()


# Counterexamples.


def closed_elsewhere(stream):
    with torch.no_grad():
        next(stream)
    assert recorded()
    stream.close()
    return recorded()


def test_modes_what_switches_recording_on_again_is_recorded_inside_the_block():
    """A function that switches itself, LBFGS's closure, torch.func.grad."""
    seen = []

    def loss(x):
        seen.append(torch.is_grad_enabled())
        return (x * x).sum()

    w = torch.nn.Parameter(torch.ones(2))
    optimizer = torch.optim.LBFGS([w], max_iter=1)

    def closure():
        seen.append((w * w).sum().requires_grad)
        (w * w).sum().backward()
        return (w * w).sum()

    with torch.no_grad():
        seen.append(torch.enable_grad()(recorded)())
        optimizer.step(closure)
        torch.func.grad(loss)(torch.ones(2))
    assert len(seen) >= 3 and all(seen)


def test_modes_forward_mode_derivatives_do_not_obey_no_grad():
    """no_grad is about recording for backward."""
    from torch.autograd import forward_ad

    with torch.no_grad(), forward_ad.dual_level():
        x = forward_ad.make_dual(torch.ones(2), torch.ones(2))
        assert forward_ad.unpack_dual(x * x).tangent is not None


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_modes_threads_that_python_starts_record(mode):
    async def in_thread():
        return await asyncio.to_thread(recorded)

    with mode():
        with ThreadPoolExecutor() as pool:
            assert pool.submit(recorded).result()
        assert asyncio.run(in_thread())
        assert not recorded()


class Asks(torch.utils.data.Dataset):
    def __len__(self):
        return 1

    def __getitem__(self, index):
        return recorded()


@pytest.mark.parametrize("mode", [torch.no_grad, torch.enable_grad])
def test_modes_a_forked_process_goes_on_with_the_state(mode):
    """A pool's process, and the worker of a DataLoader."""
    fork = multiprocessing.get_context("fork")
    with mode():
        with fork.Pool(1) as processes:
            asked = processes.apply(torch.is_grad_enabled)
        loader = torch.utils.data.DataLoader(
            Asks(), num_workers=1, multiprocessing_context=fork
        )
        (batch,) = loader
    assert asked == batch.item() == (mode is torch.enable_grad)


def test_modes_the_table_of_what_is_started_inside_agrees():
    rows = values("where_the_mode_goes/started_inside")["rows"]
    assert [row["records"] for row in rows] == [True, True, False]


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_modes_one_object_entered_in_its_own_block_leaves_recording_off(mode, output):
    """It has room for one state; two objects, and a decorated function, have two."""
    with mode(), mode():
        pass
    assert recorded()

    @mode()
    def again(n):
        return again(n - 1) if n else recorded()

    assert not again(3) and recorded()

    def twice():  # in a thread, which takes its state with it when it ends
        one = mode()
        with one, one:
            pass
        return recorded()

    with ThreadPoolExecutor() as pool:
        assert not pool.submit(twice).result()
    text = output("where_the_mode_goes/entered_twice")
    assert text == "torch.is_grad_enabled() = False\n"


def test_modes_the_state_stays_for_the_thread_until_it_is_switched_back():
    with ThreadPoolExecutor(max_workers=1) as pool:
        pool.submit(torch.set_grad_enabled, False).result()
        assert not pool.submit(recorded).result()
        pool.submit(torch.set_grad_enabled, True).result()
        assert pool.submit(recorded).result()


def yielding():
    yield recorded()


class Yielding:
    def __call__(self):
        yield recorded()


def wrapped():
    return yielding()


@pytest.mark.parametrize(
    ("given", "reached"),
    [
        (yielding, True),
        (functools.partial(yielding), True),
        (staticmethod(yielding), False),
        (Yielding(), False),
        (functools.wraps(yielding)(wrapped), False),
        (lambda: yielding(), False),
    ],
)
def test_modes_a_decorator_goes_by_the_function_that_it_is_given(given, reached):
    """What a plain function returns runs later, and recorded."""
    (inside,) = torch.no_grad()(given)()
    assert inside == (not reached)


def test_modes_a_function_that_returns_a_coroutine_is_a_plain_function():
    async def coroutine():
        return recorded()

    assert asyncio.run(torch.no_grad()(lambda: coroutine())())


def test_modes_a_decorated_generator_switches_for_each_way_to_resume_it():
    """next, send, throw and close; the caller records after each."""
    seen = []

    @torch.no_grad()
    def generator():
        try:
            while True:
                try:
                    yield seen.append(recorded())
                except ValueError:
                    seen.append(recorded())
        finally:
            seen.append(recorded())

    stream = generator()
    for resume in (
        lambda: next(stream),
        lambda: stream.send(None),
        lambda: stream.throw(ValueError),
        stream.close,
    ):
        resume()
        assert recorded()
    assert len(seen) >= 4 and not any(seen)


@pytest.mark.parametrize("name", ["no_grad", "enable_grad", "inference_mode"])
def test_modes_parentheses_may_be_left_out(name):
    mode = getattr(torch, name)
    with torch.set_grad_enabled(name != "enable_grad"):
        assert mode(recorded)() == mode()(recorded)() == (name == "enable_grad")


def test_modes_closing_a_generator_puts_back_what_it_found():
    """Started in a block and closed outside: recording is off from then on."""
    assert not closed_elsewhere(suspended(torch.no_grad))
    torch.set_grad_enabled(True)
    stream = suspended(torch.no_grad)
    next(stream)
    torch.set_grad_enabled(True)
    torch.set_grad_enabled(False)
    stream.close()
    assert recorded()


def test_modes_a_call_in_finally_is_reached():
    def by_call():
        torch.set_grad_enabled(False)
        try:
            raise ZeroDivisionError
        finally:
            torch.set_grad_enabled(True)

    with pytest.raises(ZeroDivisionError):
        by_call()
    assert recorded()


def test_modes_no_other_task_gets_a_turn_during_a_plain_function():
    """However long it takes, and whether or not it raises."""
    seen = []

    @torch.no_grad()
    def compute(fail):
        for _ in range(1000):
            recorded()
        if fail:
            raise ValueError

    async def evaluate(fail):
        for _ in range(3):
            await asyncio.sleep(0)
            with contextlib.suppress(ValueError):
                compute(fail)

    async def train():
        for _ in range(9):
            seen.append(recorded())
            await asyncio.sleep(0)

    async def main():
        await asyncio.gather(evaluate(True), train(), evaluate(False), train())

    asyncio.run(main())
    assert len(seen) == 18 and all(seen)


@pytest.mark.parametrize(
    "decorate",
    [
        torch.no_grad(),
        torch.no_grad,
        torch.enable_grad(),
        torch.inference_mode(),
        torch.inference_mode,
    ],
)
def test_modes_a_decorated_class_is_a_function_whatever_the_mode(decorate):
    with pytest.warns(FutureWarning, match="Decorating classes is deprecated"):
        decorated = decorate(type("Plain", (), {}))
    assert not isinstance(decorated, type)


SWITCHES = {
    "no_grad": torch.no_grad,
    "set_grad_enabled": lambda: torch.set_grad_enabled(False),
}


@pytest.mark.parametrize("name", SWITCHES)
@pytest.mark.parametrize("f", [torch.exp, torch.sin, lambda x: x**3, torch.logsumexp])
def test_modes_create_graph_overrules_what_turns_the_grad_mode_off(name, f):
    x = torch.ones(3, requires_grad=True)
    y = f(x, 0) if f is torch.logsumexp else f(x).sum()
    with SWITCHES[name]():
        (g,) = torch.autograd.grad(y, x, create_graph=True)
    assert g.requires_grad


@pytest.mark.parametrize(
    "mode", [*SWITCHES.values(), torch.inference_mode], ids=[*SWITCHES, "inference"]
)
def test_modes_backward_through_an_older_graph_works_in_each_mode(mode):
    x = leaf()
    y = (x * x * x).sum()
    with mode():
        assert y.requires_grad and y.grad_fn is not None
        y.backward()
    assert torch.equal(x.grad, torch.full((3,), 3.0))


VIEWS = {
    "view": lambda w: w.view(-1),
    "index": lambda w: w[0],
    "slice": lambda w: w[:2],
    "chunk": lambda w: w.chunk(2)[0],
    "unbind": lambda w: w.unbind()[0],
    "split": lambda w: w.split(2)[1],
    "expand": lambda w: w.expand(2, 3),
    "as_strided": lambda w: w.as_strided((2,), (1,)),
    "reshape": lambda w: w.reshape(3, 1),
    "squeeze": lambda w: w.squeeze(),
    "einsum": lambda w: torch.einsum("i->i", w),
}
CUT = {
    "detach": lambda w: w.detach(),
    "data": lambda w: w.data,
    "int32": lambda w: w.view(torch.int32),
}
ITSELF = {
    "float": lambda w: w.float(),
    "contiguous": lambda w: w.contiguous(),
    "to": lambda w: w.to("cpu"),
    "add_": lambda w: w.add_(1),
}


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("source", ["leaf", "result"])
def test_modes_each_view_of_what_requires_grad_reports_it_too(name, source):
    """Of a leaf and of a recorded result; a write to it outside raises."""
    w = leaf() if source == "leaf" else leaf() * 1
    with torch.no_grad():
        v = VIEWS[name](w)
    assert v.requires_grad and v.is_leaf and v.grad_fn is None
    (v * 2).sum().backward()
    assert v.grad is None
    with pytest.raises(RuntimeError, match="A view was created in no_grad mode"):
        v.mul_(2)
    if name != "expand":  # several of its elements are one in memory
        with torch.no_grad():
            VIEWS[name](w)[...] = 5
        assert w.max() == 5


@pytest.mark.parametrize("name", CUT)
def test_modes_what_cuts_the_gradient_is_cut_inside_no_grad_too(name):
    with torch.no_grad():
        assert not CUT[name](leaf()).requires_grad


@pytest.mark.parametrize("name", ITSELF)
def test_modes_what_returns_its_input_returns_it_inside_no_grad_too(name):
    w = leaf()
    with torch.no_grad():
        assert ITSELF[name](w) is w and w.requires_grad


def test_modes_a_view_told_to_require_grad_becomes_a_leaf():
    """Not in the program of the page: there its gradient arrives nowhere."""
    w = leaf()
    with torch.no_grad():
        v = w.view(-1)
    v.requires_grad_()
    (v * 2).sum().backward()
    assert v.grad is not None and w.grad is None


@pytest.mark.parametrize("name", VIEWS)
def test_modes_a_plain_view_raises_if_what_is_written_requires_grad(name):
    """Plain values may be written; so may a result in memory of its own."""
    with torch.no_grad():
        t = torch.ones(3)
        v = VIEWS[name](t)
    w = torch.ones(1, requires_grad=True)
    if name != "expand":
        v.mul_(2)
    with pytest.raises(RuntimeError, match="A view was created in no_grad mode"):
        v.mul_(w)
    (v * w).sum().backward()
    assert w.grad is not None


def test_modes_a_view_made_under_no_grad_is_written_to_in_another_block():
    """It raises while recording is on, not outside that one block."""
    w = torch.ones(3, requires_grad=True)
    with torch.no_grad():
        v = w.view(-1)
    with torch.no_grad():
        v.mul_(2)
    nn.init.zeros_(v)
    assert w.tolist() == [0.0] * 3
    with pytest.raises(RuntimeError, match="A view was created in no_grad mode"):
        v.mul_(2)


@pytest.mark.parametrize("cut", [lambda w: w.detach(), lambda w: w.data])
def test_modes_detach_switches_nothing(cut):
    def generator():
        yield cut(leaf())

    async def coroutine():
        y = cut(leaf())
        await asyncio.sleep(0)
        return y

    async def both():
        return await asyncio.gather(coroutine(), train())

    async def train():
        return recorded()

    stream = generator()
    next(stream)
    assert recorded() and asyncio.run(both())[1]
