"""The statements of the page on version counters, each decided by a run.

The pages' table of saved tensors reads the attributes of the graph's nodes.
Here the same operations are decided in another way: by writing in place, and
seeing whether `backward()` raises.
"""

import ast
import copy
import re
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.autograd.gradcheck import GradcheckError

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


def test_versions_a_frozen_weight_lets_the_layer_forget_its_input():
    layer, x = nn.Linear(2, 2), leaf(1.0, 2.0).view(1, 2)

    def saved():
        kept = []
        hooks = torch.autograd.graph.saved_tensors_hooks(
            lambda t: kept.append(t.data_ptr()) or t, lambda t: t
        )
        with hooks:
            layer(x)
        return kept

    assert x.data_ptr() in saved()
    layer.weight.requires_grad_(False)
    assert x.data_ptr() not in saved()
    assert layer.weight.data_ptr() in saved()


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


@pytest.mark.parametrize("optimizer", [torch.optim.SGD, torch.optim.Adam])
@pytest.mark.parametrize("foreach", [False, True])
def test_versions_step_writes_to_the_parameters_in_place(optimizer, foreach):
    w = nn.Parameter(torch.ones(2))
    w.grad = torch.ones(2)
    place = w.data_ptr()
    optimizer([w], lr=0.1, foreach=foreach).step()
    assert w.data_ptr() == place and w._version > 0


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


def test_versions_nothing_is_saved_under_no_grad():
    kept = []
    hooks = torch.autograd.graph.saved_tensors_hooks(
        lambda t: kept.append(t) or t, lambda t: t
    )
    with hooks, torch.no_grad():
        leaf(1.0).exp()
    assert kept == []
    with hooks:
        leaf(1.0).exp()
    assert len(kept) == 1
