"""The statements of the article on gradient modes (B), and C01 to C03.

Decided by torch itself, apart from the programs that the page shows.
"""

import asyncio
import textwrap
import time
import types
import warnings

import pytest
import torch
from torch import nn
from torch.autograd.graph import saved_tensors_hooks
from torch.utils._pytree import tree_map

from tests.claims.modes import copied, operations, tensors


def leaf(value=2.0):
    return torch.tensor(value, requires_grad=True)


def grad(x):
    """The .grad of a tensor, without the warning that a non-leaf gives."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return x.grad


def example():
    """x, y and z of the article's first example."""
    x = leaf()
    y = x * x
    with torch.no_grad():
        z = y + 1
    return x, y, z


def bytes_saved(call):
    """The bytes that operations hand over to be kept for backward."""
    kept = {}

    def pack(tensor):
        kept[tensor.data_ptr()] = tensor.nbytes
        return tensor

    with saved_tensors_hooks(pack, lambda tensor: tensor):
        result = call()
    assert result is not None
    return sum(kept.values())


def additions(x, number=1000):
    for _ in range(number):
        x = x + 1
    return x


def best(call, rounds=9):
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def test_B01_requires_grad_false_saves_memory_and_the_query_does_not():
    """Both cut memory use: true of requires_grad only."""
    layer, data = nn.Linear(64, 64), torch.ones(32, 64)
    before = bytes_saved(lambda: layer(data))
    torch.is_grad_enabled()
    assert bytes_saved(lambda: layer(data)) == before > 0
    layer.requires_grad_(False)
    assert bytes_saved(lambda: layer(data)) == 0


def test_B02_no_grad_and_inference_mode_stop_recording_and_the_query_does_not():
    """Gradients are disabled with is_grad_enabled: false."""
    layer, data = nn.Linear(3, 1), torch.ones(4, 3)
    torch.is_grad_enabled()
    assert layer(data).requires_grad
    for mode in (torch.no_grad, torch.inference_mode):
        with mode():
            assert not layer(data).requires_grad


def test_B03_what_is_not_recorded_saves_nothing_and_builds_no_node():
    """Switching gradients off saves memory and computation: if something would be."""
    x = torch.ones(1000, requires_grad=True)
    assert bytes_saved(lambda: x.sin()) == x.nbytes
    assert x.sin().grad_fn is not None
    with torch.no_grad():
        assert bytes_saved(lambda: x.sin()) == 0
        assert x.sin().grad_fn is None


@pytest.mark.parametrize("compute", [torch.sin, torch.exp, lambda x: x @ x, nn.GELU()])
def test_B03_where_nothing_requires_grad_there_is_nothing_to_spare(compute):
    """Switching gradients off saves memory and computation: not for plain data."""
    data = torch.ones(8)
    assert bytes_saved(lambda: compute(data)) == 0
    assert compute(data).grad_fn is None
    # As in the first case of the article's own example.
    assert additions(torch.tensor(1.0)).grad_fn is None


def test_B04_gradients_can_be_off_for_a_part_or_for_all():
    """The whole computation or a part: true."""
    x = leaf(3.0)
    with torch.no_grad():
        part = x * x
    (gradient,) = torch.autograd.grad(x * part, x)
    assert gradient == part
    with torch.set_grad_enabled(False):
        assert not (x * x * x).requires_grad


def test_B05_is_grad_enabled_returns_a_bool():
    """It returns True or False: true."""
    assert torch.is_grad_enabled() is True
    with torch.no_grad():
        assert torch.is_grad_enabled() is False


def test_B06_x_has_no_grad_before_backward():
    """x.grad is 4 without backward(): false."""
    x, y, _ = example()
    assert x.grad is None
    y.backward()
    assert x.grad == 4.0


def test_B07_y_has_no_grad_before_backward_nor_after():
    """y.grad is 4 without backward(): false; it is None, and reading it warns."""
    _, y, _ = example()
    with pytest.warns(UserWarning, match="not a leaf"):
        assert y.grad is None
    y.backward()
    assert grad(y) is None


def test_B08_z_has_no_grad():
    """z.grad is None: true."""
    assert example()[2].grad is None


def test_B09_requires_grad_can_be_set_for_floating_point_leaves_only():
    """It can be set for each tensor: true of leaves that can have a gradient."""
    w = torch.ones(2)
    w.requires_grad = True
    assert w.requires_grad
    with pytest.raises(RuntimeError, match="floating point and complex"):
        torch.tensor([1]).requires_grad = True
    with pytest.raises(RuntimeError, match="leaf variables"):
        (w * 2).requires_grad = False


def test_B10_no_grad_is_off_again_after_its_block():
    """Only inside the block: true of one that has been left, by an exception too."""
    x = leaf()
    assert (x * x).requires_grad

    def fail_inside():
        with torch.no_grad():
            assert not (x * x).requires_grad
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_inside()
    assert (x * x).requires_grad


def test_B10_a_suspended_generator_takes_the_mode_outside():
    """Only inside the block: not while a generator is suspended in its own."""

    def batches():
        with torch.no_grad():
            yield leaf()

    stream = batches()
    x = next(stream)
    assert not (x * x).requires_grad
    assert list(stream) == []
    assert (x * x).requires_grad


def test_B11_is_grad_enabled_does_not_tell_training_from_evaluation():
    """That it helps is an opinion; what it tells is the grad mode only."""
    model = nn.Dropout()
    told = {torch.is_grad_enabled() for _ in (model.train(), model.eval())}
    assert told == {True}


def test_B12_set_grad_enabled_leaves_a_recorded_graph_alone():
    """It disables the whole graph: true of what is computed from then on."""
    x = leaf()
    recorded = x * x
    with torch.set_grad_enabled(False):
        assert not (x * x).requires_grad
        recorded.backward()
    assert x.grad == 4.0


def test_B13_is_grad_enabled_is_there():
    """It is available from 1.1 on: true of the versions that we can run."""
    assert torch.is_grad_enabled() is True


def test_B14_an_f_string_shows_a_0_dim_tensor_as_a_number():
    """It shows torch.tensor(4., grad_fn=<MulBackward>): false."""
    _, y, _ = example()
    assert f"{y}" == "4.0"
    assert repr(y) == "tensor(4., grad_fn=<MulBackward0>)"
    assert f"{y.reshape(1)}".startswith("tensor(")


@pytest.mark.parametrize(
    "text",
    [
        lambda x: f"{x!r}",
        lambda x: f"{x=}",
        lambda x: f"{x.reshape(1)}",
        lambda x: f"{x.to('meta')}",
        lambda x: f"{nn.Parameter(x)}",
    ],
)
def test_B14_other_tensors_and_other_f_strings_show_more(text):
    """What the page says holds of {y}, and of a plain tensor without dimensions."""
    assert "tensor(" in text(torch.tensor(4.0))


def test_B15_y_grad_prints_none():
    """It prints tensor(4.): false."""
    assert f"{grad(example()[1])}" == "None"


def test_B16_z_prints_as_a_number():
    """An f-string shows torch.tensor(5.): false."""
    assert f"{example()[2]}" == "5.0"
    assert repr(example()[2]) == "tensor(5.)"


def test_B17_none_does_not_mean_that_no_gradient_was_computed():
    """z.grad is None because none was computed: true here, not of z recorded."""
    arrived = []
    _, y, z = example()
    assert z.grad is None and z.grad_fn is None
    z = y + 1
    z.register_hook(arrived.append)
    (3 * z).backward()
    assert arrived == [3.0]
    assert grad(z) is None
    z = leaf() + 1
    z.retain_grad()
    z.backward()
    assert z.grad == 1.0


def test_B18_requires_grad_turns_recording_on():
    """requires_grad=True on x records x * x: true."""
    plain = torch.tensor(2.0)
    assert (plain * plain).grad_fn is None
    assert (leaf() * plain).grad_fn is not None


def test_B18_each_differentiable_operation_of_torch_is_recorded():
    """requires_grad=True turns recording on: over op_db, where it can be."""
    unrecorded, seen = set(), 0
    for name, op, args, kwargs in operations():
        given = tensors((args, kwargs))
        if op.supports_autograd and any(x.requires_grad for x in given):
            args, kwargs = copied((args, kwargs), flags=True)
            # In-place operations, such as normal_(), want no leaf.
            args, kwargs = tree_map(
                lambda x: (
                    x.clone() if isinstance(x, torch.Tensor) and x.requires_grad else x
                ),
                (args, kwargs),
            )
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                results = tensors(op.op(*args, **kwargs))
            seen += 1
            if not any(y.requires_grad for y in results):
                unrecorded.add(name)
    assert seen > 700
    assert unrecorded == set()


@pytest.mark.parametrize(
    "f", [torch.argmax, torch.zeros_like, torch.detach, torch.sign, lambda x: x > 0]
)
def test_B18_what_is_not_differentiable_may_not_be_recorded(f):
    """requires_grad=True turns recording on: not for these, but for sign."""
    assert (f(leaf()).grad_fn is not None) == (f is torch.sign)


def test_B19_the_values_are_4_and_5():
    """y is 4, z is 5: true."""
    _, y, z = example()
    assert (y.item(), z.item()) == (4.0, 5.0)


def test_B20_the_gradient_with_respect_to_y_is_1():
    """It is 4: false; 4 is the gradient with respect to x."""
    x, y, _ = example()
    assert torch.autograd.grad(y, (x, y)) == (4.0, 1.0)


def test_B21_a_thousand_additions_take_far_less_than_a_tenth_of_a_second():
    """About 0.1 s without gradients: false."""
    with torch.no_grad():
        assert best(lambda: additions(torch.tensor(1.0))) < 0.05


def test_B22_a_thousand_recorded_additions_take_far_less_than_two_seconds():
    """About 2.0 s with gradients: false."""
    assert best(lambda: additions(leaf())) < 0.5


def test_B23_recording_does_not_take_ten_times_as_long():
    """A factor of 20: false."""
    x = leaf()
    recorded = best(lambda: additions(x))
    with torch.no_grad():
        assert recorded < 10 * best(lambda: additions(x))


def test_B24_additions_save_no_tensor_and_build_a_node_each(output):
    """The example shows a large saving: false, it is of nodes, and they are small."""
    for size in (1, 1000, 100_000):
        x = torch.ones(size, requires_grad=True)
        assert bytes_saved(lambda x=x: additions(x, 10)) == 0
        assert bytes_saved(lambda x=x: x * x) > 0
    node, length = additions(x, 10).grad_fn, 0
    while node.next_functions:
        node, length = node.next_functions[0][0], length + 1
    assert length == 10
    printed = output("fact_check/b24_memory_of_the_example")
    assert "during - before < 0.01 * before = True" in printed


def test_B24_the_nodes_of_the_example_go_when_it_returns():
    """The example shows a large saving: compute_model keeps nothing."""
    freed = []

    class Watched:
        def __del__(self):
            freed.append(True)

    def compute_model(x):
        for _ in range(10):
            x = x + 1
        x.grad_fn.metadata["watched"] = Watched()
        assert not freed

    compute_model(leaf())
    assert freed


@pytest.mark.parametrize(
    ("make", "halved"),
    [
        (lambda: nn.Sequential(*[nn.Conv2d(4, 4, 3), nn.ReLU()] * 6), True),
        (lambda: nn.Sequential(nn.Flatten(), nn.Linear(16384, 64)), False),
    ],
)
def test_B01_how_much_freezing_spares_depends_on_the_model(make, halved):
    """Memory use is cut drastically: where values outweigh the weights."""
    model, image = make(), torch.ones(1, 4, 64, 64)
    weights = sum({p.data_ptr(): p.nbytes for p in model.parameters()}.values())
    saved = bytes_saved(lambda: model(image))
    model.requires_grad_(False)
    assert bytes_saved(lambda: model(image)) == 0
    assert bytes_saved(lambda: model(image.clone().requires_grad_())) > 0
    assert (saved > 2 * (weights + image.nbytes)) == halved


def test_B25_without_no_grad_the_first_case_would_record_nothing_either():
    """Both cases are measured alike: false, mode and flag change at once."""
    assert not additions(torch.tensor(1.0)).requires_grad
    assert additions(leaf(1.0)).requires_grad


def test_B25_the_block_that_comes_first_pays_for_the_start(output):
    """Both cases are measured alike: false, the first addition of all costs more."""
    text = output("fact_check/b25_two_things_change_at_once")
    assert text.startswith("off[0] > 3 * on[0] = True\n")


def test_B26_values_do_not_depend_on_the_mode_but_for_padded_encoders():
    """Results can change strongly: of these layers, in one case."""
    torch.manual_seed(0)
    words = torch.randn(2, 5, 16)
    for layer in (nn.Linear(16, 4), nn.BatchNorm1d(5), nn.LayerNorm(16)):
        with torch.no_grad():
            unrecorded = layer(words)
        torch.testing.assert_close(layer(words), unrecorded)
    block = nn.TransformerEncoderLayer(16, 2, batch_first=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        encoder = nn.TransformerEncoder(block, 1).eval()
        padding = torch.tensor([[False] * 3 + [True] * 2] * 2)
        recorded = encoder(words, src_key_padding_mask=padding)
        with torch.no_grad():
            unrecorded = encoder(words, src_key_padding_mask=padding)
    torch.testing.assert_close(recorded[:, :3], unrecorded[:, :3])
    assert not unrecorded[:, 3:].any() and recorded[:, 3:].all()


def test_B27_calling_the_query_makes_nothing_be_saved_less():
    """This function saves memory: false."""
    x = torch.ones(1000, requires_grad=True)
    assert bytes_saved(lambda: (torch.is_grad_enabled(), x.exp())) == x.nbytes
    with torch.no_grad():
        assert bytes_saved(lambda: x.exp()) == 0


def test_B28_the_query_takes_no_argument_and_controls_nothing():
    """It controls the state: false."""
    with pytest.raises(TypeError, match="takes no arguments"):
        torch.is_grad_enabled(False)
    assert torch.is_grad_enabled()


def test_B29_get_grad_mode_does_not_exist():
    """torch.autograd.get_grad_mode() returns the mode: false."""
    with pytest.raises(AttributeError):
        torch.autograd.get_grad_mode()
    assert isinstance(torch.autograd.grad_mode, types.ModuleType)


def test_B30_no_place_has_get_grad_mode():
    """It is equivalent and tells more: false, it is nowhere."""
    for place in (torch, torch.autograd, torch.autograd.grad_mode, torch._C):
        assert not hasattr(place, "get_grad_mode")


def test_B31_enable_grad_records_again_but_not_in_inference_mode():
    """Off and on inside a block: true, but for inference_mode."""
    x = leaf()
    with torch.no_grad():
        assert not (x * x).requires_grad
        with torch.enable_grad():
            assert (x * x).requires_grad
    with torch.inference_mode(), torch.enable_grad():
        assert not (x * x).requires_grad


def test_B32_a_block_of_comments_is_an_indentation_error():
    """The printed blocks are valid: false."""
    printed = textwrap.dedent(
        """
        with torch.no_grad():
            # no gradients

        with torch.enable_grad():
            # gradients
        """
    )
    with pytest.raises(IndentationError):
        compile(printed, "printed", "exec")
    compile(printed.replace("#", "pass  #"), "filled", "exec")


def test_B33_a_leaf_can_be_given_requires_grad_later():
    """x.requires_grad = True works after creation: true of floating-point leaves."""
    for dtype in (torch.float16, torch.float32, torch.float64, torch.complex64):
        x = torch.tensor(2.0, dtype=dtype)
        before = x * x
        x.requires_grad = True
        (x * x).real.backward()
        assert x.grad == 4.0
        assert not before.requires_grad
    with pytest.raises(RuntimeError, match="floating point and complex"):
        torch.tensor(2).requires_grad = True


def test_B34_setting_the_flag_does_not_change_what_is_printed():
    """They print tensor(4., grad_fn=<MulBackward>) and tensor(4.): false."""
    x = torch.tensor(2.0)
    x.requires_grad = True
    y = x * x
    assert (f"{y}", f"{grad(y)}") == ("4.0", "None")


def test_B35_three_of_the_four_rows_are_of_things_that_exist():
    """The table of advantages: the row of get_grad_mode has no function."""
    assert not hasattr(torch.autograd, "get_grad_mode")
    w, b = torch.ones(2).requires_grad_(), torch.ones(2)
    with torch.no_grad():
        assert torch.is_grad_enabled() is False
        assert not (w * b).requires_grad
    assert (w * b).requires_grad
    assert (w.requires_grad, b.requires_grad) == (True, False)


def test_B36_all_alternatives_but_one_exist():
    """All have been available since 1.1: false, get_grad_mode is not."""
    names = ("get_grad_mode", "no_grad", "enable_grad", "set_grad_enabled")
    exist = [name for name in names if hasattr(torch.autograd, name)]
    assert exist == ["no_grad", "enable_grad", "set_grad_enabled"]


def test_B37_the_simple_way_to_switch_is_not_the_query():
    """For a simple way, use is_grad_enabled: false."""
    x = leaf()
    torch.is_grad_enabled()
    assert (x * x).requires_grad
    with torch.no_grad():
        assert not (x * x).requires_grad


def test_C01_a_write_to_a_detached_tensor_moves_the_counter_of_both():
    """z[0] = 2 bumps the version counter: true."""
    w = torch.ones(3, requires_grad=True)
    z = w.detach()
    z[0] = 2
    assert (w._version, z._version) == (1, 1)


def test_C02_the_decorator_works_on_functions_and_generators_only():
    """no_grad works as a decorator: not on async def."""
    x = leaf()

    @torch.no_grad()
    def generator():
        yield (x * x).requires_grad
        yield (x * x).requires_grad

    @torch.no_grad()
    async def coroutine():
        return (x * x).requires_grad

    assert torch.no_grad()(lambda: (x * x).requires_grad)() is False
    assert list(generator()) == [False, False]
    assert asyncio.run(coroutine()) is True


def test_C03_clone_first_builds_a_node_if_the_tensor_requires_grad():
    """Both orders cost the same: only where no gradient is required."""
    w, data = torch.ones(3, requires_grad=True), torch.ones(3)
    assert w.clone().grad_fn is not None
    assert w.detach().clone().grad_fn is None
    assert data.clone().grad_fn is None
