"""The statements of the `clone()` page, each decided by a run."""

import pytest
import torch

WARNING = "UserWarning: The .grad attribute of a Tensor that is not a leaf"


def leaf(value=1.0):
    return torch.tensor([value], requires_grad=True)


def test_A16_clone_gives_new_memory_on_the_same_device(output):
    """clone() makes a new tensor on the device of the source: true."""
    lines = output("clone/copies_and_stays_in_the_graph").splitlines()
    assert "v.data_ptr() == w.data_ptr() = False" in lines
    assert "v.device == w.device = True" in lines
    assert torch.ones(1, device="meta").clone().device.type == "meta"


def test_A17_the_gradient_of_a_clone_flows_into_its_source(output):
    """The gradient flows from the clone into w: true."""
    lines = output("clone/copies_and_stays_in_the_graph").splitlines()
    assert "v.requires_grad = True" in lines
    assert "w.grad = tensor([1.])" in lines


def test_A18_the_values_are_as_stated_and_the_node_is_CloneBackward0(output):
    """The prints are right but for the name of the node, which has changed."""
    assert output("clone/seed_calculation", "forward").splitlines() == [
        "x = tensor([2.])",
        "w = tensor([1.], requires_grad=True)",
        "v = tensor([1.], grad_fn=<CloneBackward0>)",
        "b = tensor([3.], requires_grad=True)",
        "y = tensor([5.], grad_fn=<AddBackward0>)",
    ]
    shown = output("clone/grad_fn_name")
    assert shown.strip() == "w.clone() = tensor([1.], grad_fn=<CloneBackward0>)"


def test_A19_the_gradients_are_as_stated_and_reading_a_result_warns(output):
    """x, w, v, b, y: None, 2, None, 1, None; v.grad and y.grad also warn."""
    assert output("clone/seed_calculation", "backward").splitlines() == [
        "x.grad = None",
        "w.grad = tensor([2.])",
        "b.grad = tensor([1.])",
    ]
    lines = output("clone/seed_calculation", "non-leaf").splitlines()
    assert "v.grad = None" in lines
    assert "y.grad = None" in lines
    assert sum(WARNING in line for line in lines) == 2


def test_A20_a_clone_is_another_object_not_a_leaf_and_requires_grad(output):
    """v is w: False; v.is_leaf: False; v.requires_grad: True: true."""
    assert output("clone/seed_calculation", "flags").splitlines() == [
        "v is w = False",
        "v.is_leaf = False",
        "v.requires_grad = True",
    ]


def test_A21_times_one_has_the_same_gradient_but_another_node(output):
    """Right for values and gradients; a product also saves the factor."""
    assert output("clone/times_one", "gradient").splitlines() == [
        "torch.equal(v, u) = True",
        "torch.equal(through_clone, through_mul) = True",
        "u.data_ptr() == w.data_ptr() = False",
    ]
    assert output("clone/times_one", "node").splitlines() == [
        "v.grad_fn.name() = 'CloneBackward0'",
        "[a for a in dir(v.grad_fn) if 'saved' in a] = []",
        "u.grad_fn.name() = 'MulBackward0'",
        "u.grad_fn._saved_other.data_ptr() == one.data_ptr() = True",
    ]


def test_A22_a_write_to_the_clone_leaves_the_source_alone(output):
    """The clone does not share its values: true."""
    lines = output("clone/write_leaves_source_alone").splitlines()
    assert lines[0] == "w = tensor([1.], requires_grad=True)"
    assert lines[1].startswith("v = tensor([7.]")


def test_A23_after_the_write_the_node_is_CopySlices(output):
    """After v[0] = 7 the clone prints grad_fn=<CopySlices>: true."""
    lines = output("clone/write_leaves_source_alone").splitlines()
    assert lines[1] == "v = tensor([7.], grad_fn=<CopySlices>)"


def test_A24_the_grad_of_a_clone_is_none_unless_retained(output):
    """The clone is no leaf: .grad is None with a warning, or retained."""
    assert "v.grad = None" in output("clone/seed_calculation", "non-leaf")
    retained = output("retain_grad/retain_before_backward")
    assert "v.is_leaf = False" in retained
    assert "v.grad = tensor([2.])" in retained


def test_clone_in_the_seed_calculation_changes_no_gradient(output):
    """w and b get the same gradients with and without the clone."""
    plain = output("detach/seed_calculation", "backward").splitlines()
    through_clone = output("clone/seed_calculation", "backward").splitlines()
    assert plain[:3] == through_clone


def test_clone_can_be_written_to_where_the_leaf_refuses(output):
    """w[0] = 7 raises while recording; under no_grad it does not."""
    text = output("clone/leaf_refuses_the_write")
    assert text.rstrip().endswith(
        "RuntimeError: a view of a leaf Variable that requires grad is being "
        "used in an in-place operation."
    )
    w = leaf()
    with torch.no_grad():
        w[0] = 7.0
    assert w.item() == 7.0


def test_clone_sends_no_gradient_back_from_an_overwritten_element(output):
    """The overwritten place gets 0, the others 2v."""
    lines = output("clone/gradient_after_write").splitlines()
    assert lines == [
        "v = tensor([7., 2., 3.], grad_fn=<CopySlices>)",
        "w.grad = tensor([0., 4., 6.])",
    ]


def test_clone_keeps_the_dtype_where_a_product_changes_it(output):
    """A Boolean times 1 is an integer; its clone is a Boolean."""
    assert output("clone/times_one", "dtype").splitlines() == [
        "mask.clone().dtype = torch.bool",
        "(mask * 1).dtype = torch.int64",
    ]


def test_clone_keeps_dense_strides_and_packs_the_others(output):
    """Strides are kept; overlaps and gaps are packed."""
    assert output("clone/keeps_the_layout").splitlines() == [
        "x.stride() = (1, 3)",
        "x.clone().stride() = (1, 3)",
        "rows.stride() = (2, 1)",
        "wide.stride() = (0, 1)",
        "wide.clone().stride() = (3, 1)",
        "every_other.stride() = (6, 2)",
        "every_other.clone().stride() = (3, 1)",
    ]


def test_clone_holds_on_to_the_graph_it_came_from():
    """From the clone of a result one reaches the node of that result."""
    node = (leaf() * 2).clone().grad_fn
    assert node.next_functions[0][0].name() == "MulBackward0"


def test_clone_of_a_tensor_that_requires_grad_is_no_array():
    """clone().numpy() raises if the source requires grad."""
    with pytest.raises(RuntimeError, match="Can't call numpy"):
        leaf().clone().numpy()
