"""The statements of the page on version counters, each decided by a run.

The pages' table of saved tensors reads the attributes of the graph's nodes.
Here the same operations are decided in another way: by writing in place, and
seeing whether `backward()` raises.
"""

import ast
import contextlib
import copy
import inspect
import io
import re
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.autograd.gradcheck import GradcheckError
from torch.testing._internal.common_methods_invocations import op_db
from torch.testing._internal.common_modules import module_db
from torch.testing._internal.common_optimizers import optim_db
from torch.utils._pytree import tree_flatten

from tests.conftest import values

TOPIC = "versions_and_in_place"
SNIPPETS = Path(__file__).resolve().parents[2] / "snippets" / TOPIC
MODIFIED = "modified by an inplace operation"


def rows(name):
    """Run the program of a table and return its rows."""
    return values(f"{TOPIC}/{name}")["rows"]


def leaf(*values):
    return torch.tensor(values, requires_grad=True)


def square_after(write):
    """The gradient of x * x at 2 after a write of 10, or the message."""
    x = leaf(2.0)
    y = x * x
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        write(x)
        try:
            y.backward()
        except RuntimeError as error:
            return str(error)
    return x.grad.item()


def put(tensor):
    with torch.no_grad():
        tensor[0] = 10.0


def replace_data(x):
    x.data = torch.tensor([10.0])


COUNTED = [
    lambda x: put(x),
    lambda x: put(x.detach()),
    lambda x: put(x.view(-1)),
    lambda x: put(nn.Parameter(x)),
    lambda x: x.detach().copy_(torch.tensor([10.0])),
]
BLIND = [
    lambda x: put(x.data),
    replace_data,
    lambda x: put(x.detach().numpy()),
    lambda x: put(torch.from_numpy(x.detach().numpy())),
    lambda x: put(torch.from_dlpack(x.detach())),
    lambda x: put(copy.copy(x)),
    lambda x: put(nn.Parameter(x.data)),
]


def test_C01_a_write_to_the_detached_tensor_moves_the_counter():
    """z[0] = 2 on a detached tensor bumps the version counter: true."""
    x = leaf(1.0)
    z = x.detach()
    assert (x._version, z._version) == (0, 0)
    z[0] = 2.0
    assert (x._version, z._version) == (1, 1)


@pytest.mark.parametrize("write", COUNTED)
def test_versions_a_counted_write_makes_backward_raise(write):
    assert MODIFIED in square_after(write)


@pytest.mark.parametrize("write", BLIND)
def test_versions_a_blind_write_gives_a_wrong_gradient_and_no_warning(write):
    assert square_after(lambda x: None) == 4.0
    assert square_after(write) == 20.0


def test_versions_the_first_table_has_raising_and_silent_rows():
    """Two of the six writes raise; the others give a wrong number."""
    table = rows("one_write_six_ways")
    assert [row["raised"] for row in table] == ["RuntimeError"] * 2 + [None] * 4
    for row in table:
        assert row["right"] == 4.0
        assert row["grad"] == (None if row["raised"] else 20.0)


def test_versions_the_wrong_gradient_belongs_to_neither_value(output):
    """It is neither the gradient at the old value nor that at the new one."""
    old, wrong, new = re.findall(
        r"tensor\(\[(.+?)\]\)", output(f"{TOPIC}/neither_old_nor_new")
    )
    assert (float(old), float(new)) == (3 * 2.0**2, 3 * 10.0**2)
    assert float(wrong) not in (float(old), float(new))
    assert float(wrong) == 4.0 + 10.0 * (10.0 + 10.0)


def test_versions_sin_saves_its_input_and_exp_its_output(output):
    assert output(f"{TOPIC}/input_or_output").splitlines() == [
        "s.grad_fn._saved_self.data_ptr() == x.data_ptr() = True",
        "e.grad_fn._saved_result.data_ptr() == e.data_ptr() = True",
    ]


def test_versions_backward_compares_counters_not_values(output):
    """Writing the same value raises; a blind write of another does not."""
    assert "h._version = 0" in output(f"{TOPIC}/version_is_remembered", "forward")
    assert "h._version = 1" in output(f"{TOPIC}/version_is_remembered", "write")
    assert MODIFIED in output(f"{TOPIC}/version_is_remembered", "backward")
    assert MODIFIED in square_after(lambda x: x.detach().fill_(2.0))
    assert square_after(lambda x: x.data.fill_(3.0)) == 6.0


def test_versions_who_shares_memory_and_who_the_counter():
    table = {
        row["expression"]: (row["memory"], row["counter"])
        for row in rows("who_shares_the_counter")
    }
    both, memory, neither = (True, True), (True, False), (False, False)
    assert table == {
        "x.detach()": both,
        "x.view(-1)": both,
        "x[:2]": both,
        "x.to('cpu')": both,
        "nn.Parameter(x)": both,
        "x.data": memory,
        "nn.Parameter(x.data)": memory,
        "x.detach().numpy()": memory,
        "torch.from_numpy(a)": memory,
        "torch.from_dlpack(d)": memory,
        "copy.copy(x)": memory,
        "x.clone()": neither,
        "x.double()": neither,
        "copy.deepcopy(x)": neither,
    }


def test_versions_copy_copy_gives_a_new_tensor_on_the_same_memory():
    """It is not the same object, and its writes are not counted for x."""
    x = leaf(1.0, 2.0)
    a = copy.copy(x)
    assert a is not x and a.data_ptr() == x.data_ptr() and a.is_leaf
    before = (x._version, a._version)
    put(a)
    assert (x._version, a._version) == (before[0], before[1] + 1)
    assert x[0].item() == 10.0
    assert x.to("cpu") is x


def raises_after_writing(operation, names, to_output):
    """Whether backward through `operation` notices a write to x, or to y."""
    torch.manual_seed(1)
    x = (torch.rand(2, 2) + 0.5).requires_grad_() * 1
    y = eval(operation, {**names, "x": x})
    gradient = torch.ones_like(y)
    with torch.no_grad():
        (y if to_output else x).mul_(1)
    message = ""
    try:
        y.backward(gradient)
    except RuntimeError as error:
        message = str(error)
    assert not message or MODIFIED in message
    return bool(message)


def test_versions_what_is_saved_is_what_must_not_be_written():
    """The table of saved tensors, decided by writing to x and to y."""
    table = rows("what_operations_save")
    assert len(table) >= 50
    names = {
        "torch": torch,
        "F": nn.functional,
        "c": torch.rand(2, 2) + 0.5,
        "w": torch.rand(2, 2, requires_grad=True),
        "m": torch.tensor([[True, False], [False, True]]),
        "t": torch.tensor([0, 1]),
    }
    for row in table:
        operation = row["operation"]
        assert row["input"] == raises_after_writing(operation, names, False), row
        assert row["output"] == raises_after_writing(operation, names, True), row


def test_versions_the_saved_table_has_all_four_kinds():
    """None, output, input or both: and each name stands where it should."""
    kinds = {
        row["operation"]: (row["input"], row["output"])
        for row in rows("what_operations_save")
    }
    assert set(kinds.values()) == {(a, b) for a in (False, True) for b in (False, True)}
    for operation in ("x + 1", "x * 2", "x.sum()", "x.clone()", "F.linear(x, c)"):
        assert kinds[operation] == (False, False), operation
    for operation in ("x.exp()", "x.sigmoid()", "x.relu()", "x.softmax(1)"):
        assert kinds[operation] == (False, True), operation
    for operation in ("x * x", "x.sin()", "x.abs()", "x @ w", "F.linear(x, w)"):
        assert kinds[operation] == (True, False), operation
    for operation in ("x.max()", "x.std()", "x.cumprod(1)"):
        assert kinds[operation] == (True, True), operation


def test_versions_a_write_to_something_else_that_is_saved_raises_too():
    """The other factor and the mask are saved tensors like any other."""
    c = torch.ones(2)
    y = leaf(1.0, 2.0) * c
    c.mul_(1)
    with pytest.raises(RuntimeError, match=MODIFIED):
        y.sum().backward()

    mask = torch.tensor([True, False])
    y = leaf(1.0, 2.0).masked_fill(mask, 0.0)
    mask[0] = False
    with pytest.raises(RuntimeError, match=MODIFIED):
        y.sum().backward()


def test_versions_inplace_relu_after_linear_works_and_dropout_after_relu_raises(
    output,
):
    text = output(f"{TOPIC}/in_place_layers")
    assert "model[0].weight.grad is not None = True" in text
    assert MODIFIED in text and "of Relu" in text
    model = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Dropout(inplace=True))
    model.eval()(torch.ones(1, 4)).sum().backward()  # drops nothing, writes nothing


def test_versions_adding_to_the_result_of_relu_raises(output):
    text = output(f"{TOPIC}/adding_after_relu")
    assert text.startswith("x.grad = tensor([3., 3.])")
    assert MODIFIED in text and "of Relu" in text


def test_versions_relu_saves_its_output_here(output):
    """Either would do for its gradient: the input or the output is positive."""
    assert output(f"{TOPIC}/saved_by_relu").strip() == "['_saved_result']"
    x = leaf(-1.0, 0.0, 2.0)
    x.relu().sum().backward()
    assert torch.equal(x.grad, (x > 0).float())
    assert torch.equal(x.grad, (x.relu() > 0).float())


def message(y):
    with pytest.raises(RuntimeError, match=MODIFIED) as caught:
        y.sum().backward()
    return str(caught.value)


def test_versions_the_message_names_the_operation_that_saved_its_output():
    h = leaf(1.0, 2.0).exp()
    h += 1
    assert "[torch.FloatTensor [2]], which is output 0 of Exp," in message(h)


def test_versions_the_message_names_the_present_grad_fn_of_a_saved_input(output):
    """After h += 1 it names the addition, which is the write itself."""
    text = output(f"{TOPIC}/version_is_remembered", "backward")
    assert "[torch.FloatTensor [2]], which is output 0 of Add," in text

    h = leaf(1.0, 2.0) * 2
    y = h.sin()
    h -= 1
    assert "which is output 0 of Sub," in message(y)

    h = leaf(1.0, 2.0) * 2
    y = h.sin()
    put(h)  # not recorded: h is still the result of the multiplication
    assert "which is output 0 of Mul," in message(y)


@pytest.mark.parametrize(
    "view", [torch.t, lambda h: h[0], lambda h: h.view(4)], ids=["t", "row", "view"]
)
@pytest.mark.parametrize("is_leaf", [True, False])
def test_versions_the_message_names_as_strided_for_a_view(view, is_leaf, output):
    w = torch.ones(2, 2, requires_grad=True)
    h = w if is_leaf else w * 1
    y = view(h).sin()
    with torch.no_grad():
        h.mul_(2)
    assert "which is output 0 of AsStrided," in message(y)
    assert "output 0 of AsStrided," in output(f"{TOPIC}/step_before_backward")


def test_versions_the_message_names_nothing_for_a_leaf():
    x = leaf(1.0, 2.0)
    y = x.sin()
    put(x)
    assert "[torch.FloatTensor [2]] is at version 1; expected" in message(y)


def test_versions_the_difference_is_the_number_of_writes():
    x = leaf(1.0, 2.0)
    put(x)
    y = x.sin()
    for _ in range(3):
        put(x)
    assert "is at version 4; expected version 1 instead" in message(y)


def test_versions_anomaly_mode_shows_the_line_that_saved_not_the_one_that_wrote(
    output,
):
    text = output(f"{TOPIC}/anomaly_names_the_forward_line")
    warning = text[: text.index("RuntimeError: ")]
    assert "Error detected in ExpBackward0" in warning
    assert "h = x.exp()" in warning
    assert "h += 1" not in warning
    assert "changed in there or anywhere later" in text
    assert (
        re.findall(r'File "(.+?)"', text) == ["anomaly_names_the_forward_line.py"] * 2
    )


def test_versions_both_ways_of_mending_give_the_same_gradient(output):
    lines = output(f"{TOPIC}/mended").splitlines()
    assert lines == ["x.grad = tensor([2., 1.])"] * 2


def test_versions_step_between_two_backward_passes_raises(output):
    text = output(f"{TOPIC}/step_before_backward")
    assert MODIFIED in text
    before = output(f"{TOPIC}/step_before_backward").splitlines()[0]
    assert before == "model[2].weight._version = 2"  # 1 after its initialisation
    assert output(f"{TOPIC}/step_after_both").splitlines() == [before]


def test_versions_leaves_and_their_views_refuse_a_recorded_write(output):
    assert (
        output(f"{TOPIC}/leaf_refuses")
        .rstrip()
        .endswith(
            "RuntimeError: a leaf Variable that requires grad is being used in an "
            "in-place operation."
        )
    )
    assert (
        output(f"{TOPIC}/view_of_leaf_refuses")
        .rstrip()
        .endswith(
            "RuntimeError: a view of a leaf Variable that requires grad is being "
            "used in an in-place operation."
        )
    )


def test_versions_an_update_under_no_grad_keeps_the_leaf(output):
    assert output(f"{TOPIC}/update_under_no_grad").splitlines() == [
        "w = tensor([-0.8000], requires_grad=True)",
        "w.is_leaf = True, w._version = 1",
    ]


def test_versions_a_write_under_no_grad_counts(output):
    text = output(f"{TOPIC}/no_grad_write_counts")
    assert text.startswith("w._version = 1\n")
    assert MODIFIED in text


def test_versions_a_write_to_a_view_gives_its_base_a_new_grad_fn(output):
    before = output(f"{TOPIC}/view_is_rebased", "before")
    after = output(f"{TOPIC}/view_is_rebased", "write")
    assert "x.grad_fn.name() = 'MulBackward0'" in before
    assert "row.grad_fn.name() = 'SelectBackward0'" in before
    assert "x.grad_fn.name() = 'torch::autograd::CopySlices'" in after
    assert "row.grad_fn.name() = 'SelectBackward0'" not in after
    assert "x._version = 1, row._version = 1" in after


def test_versions_the_gradient_after_a_write_to_a_view_is_right(output):
    grad = output(f"{TOPIC}/view_is_rebased", "backward")
    assert grad.strip() == "w.grad = tensor([10.,  2.,  2.])"

    w = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64, requires_grad=True)

    def written(w):
        x = w * 2
        x[0].mul_(5)
        return x

    assert torch.autograd.gradcheck(written, w)


@pytest.mark.parametrize(
    "views",
    [
        lambda x: x.unbind(),
        lambda x: x.split(1),
        lambda x: x.chunk(2),
        lambda x: list(iter(x)),
    ],
)
def test_versions_functions_of_several_views_refuse_writes(views):
    x = torch.ones(2, 3, requires_grad=True) * 2
    with pytest.raises(RuntimeError, match="is a view and is being modified inplace"):
        views(x)[0].mul_(5)


def test_versions_a_row_of_a_loop_comes_from_unbind_and_refuses(output):
    text = output(f"{TOPIC}/row_of_unbind_refuses")
    assert "RuntimeError: Output 0 of Unbind is a view" in text
    grad = output(f"{TOPIC}/rows_by_index")
    assert grad.count("[10., 10., 10.]") == 2


def test_versions_detach_in_place_of_data_brings_the_write_out(output):
    text = output(f"{TOPIC}/detach_brings_it_out")
    assert MODIFIED in text and "output 0 of Exp," in text
    with_data = (SNIPPETS / "gradcheck_notices.py").read_text(encoding="utf-8")
    detached = (SNIPPETS / "detach_brings_it_out.py").read_text(encoding="utf-8")
    functions = [ast.unparse(ast.parse(text).body[1]) for text in (with_data, detached)]
    assert functions[0].replace("y.data.", "y.detach().") == functions[1]


def test_versions_gradcheck_notices_the_wrong_gradient(output):
    text = output(f"{TOPIC}/gradcheck_notices")
    assert "x.grad = tensor([0.3679, 1.0000], dtype=torch.float64)" in text
    assert "GradcheckError: Jacobian mismatch" in text
    numerical, analytical = text.split("numerical:")[1].split("analytical:")
    assert "[0.0000, 0.0000]" in numerical
    assert "[0.0000, 1.0000]" in analytical
    assert output(f"{TOPIC}/capped_exp_mended").splitlines() == [
        "True",
        "x.grad = tensor([0.3679, 0.0000], dtype=torch.float64)",
    ]


def test_versions_gradcheck_wants_double_precision():
    x = torch.tensor([0.5], requires_grad=True)
    with (
        pytest.warns(UserWarning, match="double precision"),
        pytest.raises(GradcheckError),
    ):
        torch.autograd.gradcheck(torch.exp, x)


def test_versions_an_array_that_is_divided_changes_the_gradient(output):
    text = output(f"{TOPIC}/array_that_is_written")
    assert "torch.equal(shared, copied) = False" in text
    copied = re.search(r"copied = tensor\(\[(.+)\]\)", text).group(1)
    assert np.allclose(
        [float(v) for v in copied.split(",")], np.exp([1.0, 4.0]), rtol=1e-4
    )


def test_versions_detach_and_data_differ_by_the_counter():
    """Memory, flags and graph are the same."""
    x = leaf(1.0)
    for z in (x.detach(), x.data):
        assert z.data_ptr() == x.data_ptr()
        assert not z.requires_grad and z.grad_fn is None


@pytest.mark.filterwarnings("ignore")
def test_versions_nothing_is_saved_under_no_grad():
    """op_db: the hooks are not asked once, though the inputs require grad."""
    kept, count = [], 0
    hooks = torch.autograd.graph.saved_tensors_hooks(
        lambda t: kept.append(t) or t, lambda t: t
    )
    with hooks:
        leaf(1.0).exp()
    assert len(kept) == 1
    for op in op_db:
        if not op.supports_autograd:
            continue
        for sample in samples(op, 1, requires_grad=True):
            with contextlib.suppress(Exception), hooks, torch.no_grad():
                op(sample.input, *sample.args, **sample.kwargs)
                count += 1
    assert count > 500
    assert len(kept) == 1


# Population of the statements on the counter


def samples(op, limit, requires_grad=False):
    """The first samples of an operation, in a dtype that it supports."""
    supported = op.supported_backward_dtypes if requires_grad else op.supported_dtypes
    dtypes = supported("cpu")
    wanted = (torch.float64, torch.float32, torch.complex128, torch.int64, torch.bool)
    dtype = next((one for one in wanted if one in dtypes), None)
    if dtype is None:
        return
    torch.manual_seed(0)
    made = op.sample_inputs_func(op, "cpu", dtype, requires_grad)
    for _, sample in zip(range(limit), made, strict=False):
        yield sample


@pytest.mark.filterwarnings("ignore")
def test_versions_in_place_methods_that_write_move_the_counter():
    """op_db: each in-place variant, whose values it changed; by how much."""
    moved, by_more, not_moved = set(), set(), set()
    for op in op_db:
        if op.inplace_variant is None:
            continue
        for sample in samples(op, 4):
            if not isinstance(sample.input, torch.Tensor) or sample.broadcasts_input:
                continue
            x = sample.input.detach().clone()
            before, version = x.clone(), x._version
            try:
                op.inplace_variant(x, *sample.args, **sample.kwargs)
            except Exception:  # not every sample fits the in-place form
                continue
            if x._version > version:
                moved.add(op.name)
            if x._version > version + 1:
                by_more.add(op.name)
            changed = x.shape != before.shape or not torch.allclose(
                x, before, equal_nan=True
            )
            if changed and x._version == version:
                not_moved.add(op.name)
    assert len(moved) > 130
    assert not_moved == set()
    assert by_more == {
        "nn.functional.alpha_dropout",
        "nn.functional.dropout3d",
        "nn.functional.feature_alpha_dropout",
    }


@pytest.mark.filterwarnings("ignore")
def test_versions_out_moves_the_counter_but_for_three():
    moved, not_moved = set(), set()
    for op in op_db:
        if not op.supports_out or op.name == "empty":  # which writes nothing
            continue
        for sample in samples(op, 4):
            arguments = (sample.input, *sample.args)
            try:
                expected = op(*arguments, **sample.kwargs)
                single = isinstance(expected, torch.Tensor)
                outs = [expected] if single else list(expected)
                outs = [torch.empty_like(t) for t in outs]
                versions = [t._version for t in outs]
                given = outs[0] if single else tuple(outs)
                op(*arguments, **sample.kwargs, out=given)
            except Exception:  # not every sample has the form with out=
                continue
            for t, version in zip(outs, versions, strict=True):
                (moved if t._version > version else not_moved).add(op.name)
    assert len(moved) > 300
    assert not_moved == {"kron", "fft.ihfft2", "fft.ihfftn"}


def test_versions_these_writes_do_not_move_the_counter():
    """What the page names: apply_, and its sisters; more on the other page."""
    for write in (
        lambda t: t.apply_(lambda v: v + 1),
        lambda t: t.map_(t.clone(), lambda a, b: a + b),
        lambda t: t.map2_(t.clone(), t.clone(), lambda a, b, c: a + b + c),
    ):
        t = torch.ones(2)
        write(t)
        assert t.tolist() != [1, 1] and t._version == 0


def optimizers():
    """Each optimizer of torch, in each form that runs on the CPU."""
    for info in optim_db:
        forms = {"": {}}
        if "foreach" in inspect.signature(info.optim_cls).parameters:
            forms["for-loop"] = {"foreach": False}
        forms |= {name: {name: True} for name in info.supported_impls}
        for name, extra in forms.items():
            if name in ("differentiable", "capturable"):
                continue
            yield info, name, extra


def test_versions_step_moves_the_counter_unless_it_is_fused():
    """optim_db: and the fused ones are those that the other page names."""
    moved, not_moved = set(), set()
    for info, form, extra in optimizers():
        w = nn.Parameter(torch.ones(3, 4))
        w.grad = torch.full((3, 4), 0.5)
        if info.only_supports_sparse_grads:
            w.grad = w.grad.to_sparse()
        before, version, place = w.detach().clone(), w._version, w.data_ptr()
        optimizer = info.optim_cls([w], lr=0.1, **extra)
        for _ in range(2):
            optimizer.step(lambda: torch.tensor(1.0))
        assert not torch.equal(w, before), (info.optim_cls, form)
        assert w.data_ptr() == place
        (moved if w._version > version else not_moved).add(
            (info.optim_cls.__name__, form)
        )
    assert {form for _, form in moved} == {"", "for-loop", "foreach"}
    assert not_moved == {
        (name, "fused") for name in ("SGD", "Adam", "AdamW", "Adagrad")
    }


def saves_input(module, *arguments):
    """Whether a write to the input, which is a result, makes backward raise."""
    leaves = [a.detach().clone().requires_grad_() for a in arguments]
    results = [t * 1 for t in leaves]
    made = tree_flatten(module(*results))[0]
    total = sum(t.sum() for t in made if t.requires_grad)
    with torch.no_grad():
        results[0].mul_(1)
    wanted = leaves + [p for p in module.parameters() if p.requires_grad]
    try:
        torch.autograd.grad(total, wanted, allow_unused=True)
    except RuntimeError as error:
        if MODIFIED in str(error):
            return True
        raise
    return False


@pytest.mark.parametrize(
    ("module", "shape", "frozen"),
    [
        (nn.Linear(2, 2), (3, 2), False),
        (nn.GRU(2, 2), (3, 2), False),
        (nn.Conv1d(2, 2, 1), (1, 2, 3), True),
        (nn.Conv2d(2, 2, 1), (1, 2, 3, 3), True),
        (nn.ConvTranspose2d(2, 2, 1), (1, 2, 3, 3), True),
        (nn.LayerNorm(2), (3, 2), True),
        (nn.RMSNorm(2), (3, 2), True),
        (nn.GroupNorm(1, 2), (3, 2), True),
        (nn.BatchNorm1d(2), (3, 2), True),
        (nn.BatchNorm2d(2), (1, 2, 3, 3), True),
        (nn.PReLU(), (3, 2), True),
    ],
    ids=lambda value: value._get_name() if isinstance(value, nn.Module) else "",
)
def test_versions_a_frozen_linear_forgets_its_input_most_layers_do_not(
    module, shape, frozen
):
    module = copy.deepcopy(module)
    assert saves_input(module, torch.rand(shape))
    assert saves_input(module.requires_grad_(False), torch.rand(shape)) == frozen


def inputs_of(info):
    """The first ways in which torch's own tests call a module."""
    torch.manual_seed(0)
    return info.module_inputs_func(
        info, device="cpu", dtype=torch.float64, requires_grad=True, training=True
    )[:4]


@pytest.mark.filterwarnings("ignore")
def test_versions_most_frozen_modules_save_their_input():
    """module_db: of those that save their input when they learn."""
    kept, forgot = set(), set()
    for info in module_db:
        for given in inputs_of(info):
            built = given.constructor_input
            arguments = given.forward_input.args
            try:
                module = info.module_cls(*built.args, **built.kwargs).double()
                if not list(module.parameters()) or not saves_input(module, *arguments):
                    continue
                again = saves_input(module.requires_grad_(False), *arguments)
            except (RuntimeError, TypeError, AttributeError):
                continue  # what has no tensor to differentiate
            (kept if again else forgot).add(info.module_cls.__name__)
    assert {"Linear", "GRU", "RNN", "LSTM"} <= forgot
    assert {"Conv2d", "LayerNorm", "BatchNorm2d"} <= kept
    assert len(kept) > 2 * len(forgot - kept)


@pytest.mark.parametrize("name", ["unsafe_chunk", "unsafe_split"])
def test_versions_unsafe_parts_share_memory_and_not_the_counter(name):
    x = torch.ones(2)
    part = getattr(x, name)(1)[0]
    part.fill_(5)
    assert x[0] == 5 and x._version == 0 and part._version == 1
    assert part._base is None


@pytest.mark.parametrize(
    "views",
    [
        lambda x: x.tensor_split(2),
        lambda x: x.hsplit(2),
        lambda x: x.vsplit(2),
        lambda x: [x[0], x[1]],
        lambda x: [x.select(0, 0)],
    ],
)
def test_versions_other_views_allow_writes_and_the_gradient_is_right(views):
    def written(w):
        x = w * 2
        views(x)[0].mul_(5)
        return x

    w = torch.rand(2, 2, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(written, w)


def test_versions_split_with_sizes_refuses_too():
    x = torch.ones(2, requires_grad=True) * 2
    with pytest.raises(RuntimeError, match="is a view and is being modified inplace"):
        x.split([1, 1])[0].mul_(5)


def test_versions_with_hooks_the_counter_is_not_compared():
    w, t = leaf(3.0), torch.tensor([2.0])
    with torch.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: t):
        y = w * t
    t.mul_(5)
    y.backward()
    assert w.grad.item() == 10  # right: 2


def test_versions_detach_does_not_bring_out_a_write_to_what_nothing_saved():
    w = leaf(2.0)
    h = w * 3
    h.detach().clamp_(max=1.0)
    (h * h).backward()  # no exception
    assert w.grad.item() == 2 * 1 * 3  # the capped function has the gradient 0


@pytest.mark.parametrize("hooked", [True, False])
def test_versions_detach_brings_out_what_is_checked_only(hooked):
    w = torch.tensor([2.0], requires_grad=True)
    hooks = torch.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: t)
    h = w * 1
    with hooks if hooked else contextlib.nullcontext():
        y = h * h
    h.detach().mul_(5)
    with (
        contextlib.nullcontext()
        if hooked
        else pytest.raises(RuntimeError, match="modified by an inplace operation")
    ):
        y.backward()
    assert not hooked or w.grad == 20


def test_versions_a_copy_before_the_forward_pass_changes_the_computation():
    found = []
    for take in (lambda t: t.numpy(), lambda t: t.numpy().copy()):
        data = torch.tensor([1.0, 4.0], dtype=torch.float64)
        array = take(data)
        array /= array.max()
        x = torch.ones(2, dtype=torch.float64, requires_grad=True)
        (x * data).sum().backward()
        assert torch.equal(x.grad, data)  # right, for its own computation
        found.append(x.grad)
    assert not torch.equal(*found)


def test_versions_a_fused_step_too_early_raises_nothing():
    """The program of the page, with fused=True: a wrong gradient."""
    source = (SNIPPETS / "step_before_backward.py").read_text(encoding="utf-8")
    grads = []
    for text in (
        source.replace("lr=0.1", "lr=0.1, fused=True"),
        source.replace("optimizer.step()", "pass"),
    ):
        names = {}
        with contextlib.redirect_stdout(io.StringIO()):
            exec(text, names)
        grads.append(names["model"][0].weight.grad)
    assert not torch.allclose(*grads)
