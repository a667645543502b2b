"""The statements of the page on where the mode goes, each decided by a run."""

import asyncio
import contextlib
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

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
