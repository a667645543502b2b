"""The statements of the `clone()` page, each decided by a run."""

import random
import re
import warnings

import pytest
import torch

from tests.claims.tensors import KINDS, STRIDED, address, in_place_operations, leaf

WARNING = "UserWarning: The .grad attribute of a Tensor that is not a leaf"


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
    v = leaf().clone()
    with pytest.raises(RuntimeError, match="Can't call numpy"):
        v.numpy()
    for mode in (torch.no_grad, torch.inference_mode):
        with mode():  # where nothing is recorded, it shares
            assert v.numpy().ctypes.data == v.data_ptr()


@pytest.mark.parametrize("kind", KINDS)
def test_clone_has_the_values_in_memory_of_its_own(kind):
    w = KINDS[kind]()
    v = w.clone()
    assert v is not w and address(v) != address(w)
    assert (v.shape, v.dtype, v.device) == (w.shape, w.dtype, w.device)
    assert v.layout == w.layout
    assert repr(v.detach()) == repr(w.detach())
    assert not isinstance(v, torch.nn.Parameter)
    assert v.grad_fn is not None if w.requires_grad else v.grad_fn is None


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_clone_is_not_recorded_where_nothing_is(mode):
    with mode():
        v = leaf().clone()
    assert v.grad_fn is None and not v.requires_grad and v.is_leaf


WITH_GRAD = [kind for kind in KINDS if KINDS[kind]().requires_grad]


@pytest.mark.parametrize("kind", [k for k in WITH_GRAD if k in STRIDED])
def test_clone_lets_the_gradient_flow_into_its_source(kind):
    w = KINDS[kind]()
    v = w.clone()
    (grad,) = torch.autograd.grad(v, w, torch.ones_like(v))
    assert torch.equal(grad, torch.ones_like(v))


LET_PASS = {"logical_and", "logical_not", "logical_or", "logical_xor"}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("dtype", [torch.float32, torch.complex64])
def test_clone_is_for_the_leaf_that_refuses_in_place_operations(dtype):
    """All of op_db; four write all the same, two that resize have another text."""
    refused, wrote, other = set(), set(), set()
    for name, call, sample in in_place_operations(dtype):
        w = sample.input.detach().clone().requires_grad_()
        before = w.detach().clone()
        try:
            call(w, *sample.args, **sample.kwargs)
        except RuntimeError as error:
            of_leaf = "leaf Variable that requires grad" in str(error)
            (refused if of_leaf else other).add(name)
        else:
            if not torch.equal(w.detach(), before):
                wrote.add(name)
    assert wrote == LET_PASS
    assert other - refused <= {"resize_", "resize_as_", "float_power"}
    assert len(refused) > 60 and not refused & wrote


@pytest.mark.parametrize(
    "write",
    [
        lambda w: w.__setitem__(0, 7.0),
        lambda w: w.view(2).add_(1),
        lambda w: w.normal_(),
        lambda w: w.apply_(lambda value: 7.0),
        lambda w: w.map_(w, lambda a, b: 7.0),
        lambda w: torch._foreach_add_([w], 1.0),
        lambda w: torch.add(torch.ones(2), 1, out=w),
        lambda w: w.set_(torch.zeros(2)),
    ],
)
def test_clone_is_for_the_leaf_that_refuses_what_op_db_lacks(write):
    with pytest.raises(RuntimeError):
        write(leaf(1.0, 2.0))


OUT = {
    "gt": lambda w: torch.gt(torch.ones(2), torch.tensor([2.0, 0.0]), out=w),
    "eq": lambda w: torch.eq(torch.ones(2), 1, out=w),
    "logical_not": lambda w: torch.logical_not(torch.ones(2), out=w),
    "histc": lambda w: torch.histc(torch.ones(4), bins=2, out=w),
    "bessel": lambda w: torch.special.bessel_j0(torch.ones(2), out=w),
}


@pytest.mark.parametrize("function", OUT)
def test_clone_some_functions_write_to_a_leaf_given_as_out(function):
    """Those whose result has no gradient; of others, `out=` refuses the leaf."""
    w = leaf(3.0, 4.0)
    OUT[function](w)
    assert w.requires_grad and w.tolist() != [3.0, 4.0]


def test_clone_a_leaf_is_written_to_outside_in_place_operations():
    """What the sentence on the leaf does not speak of."""
    for write in (
        lambda w: w.detach().fill_(7.0),
        lambda w: w.data.fill_(7.0),
        lambda w: w.untyped_storage().fill_(0),
        lambda w: torch.unsafe_chunk(w, 1)[0].fill_(7.0),
    ):
        w = leaf(1.0, 2.0)
        write(w)
        assert w.tolist() != [1.0, 2.0]


OTHER = leaf(5.0)


@pytest.mark.parametrize(
    ("write", "expected"),
    [
        (lambda v, w: v.__setitem__(0, 7.0), [0.0, 4.0]),
        (lambda v, w: v.__setitem__(0, torch.tensor(7.0)), [0.0, 4.0]),
        (lambda v, w: v[:1].fill_(7.0), [0.0, 4.0]),
        (lambda v, w: v[:1].copy_(OTHER), [0.0, 4.0]),
        (lambda v, w: v.fill_(7.0), [0.0, 0.0]),
        (lambda v, w: v.__setitem__(0, w[0].detach()), [0.0, 4.0]),
        (lambda v, w: v.__setitem__(0, 2 * w[0]), [8.0, 4.0]),
        (lambda v, w: v.__setitem__(0, w[1]), [0.0, 8.0]),
        (lambda v, w: v[:1].mul_(3), [18.0, 4.0]),
    ],
)
def test_clone_a_new_value_computed_from_the_source_sends_gradient_back(
    write, expected
):
    """A constant, or another tensor's value, does not."""
    w = leaf(1.0, 2.0)
    v = w.clone()
    write(v, w)
    (v * v).sum().backward()
    assert w.grad.tolist() == expected


@pytest.mark.parametrize("kind", WITH_GRAD)
def test_clone_saves_nothing(kind):
    w, seen = KINDS[kind](), []
    with torch.autograd.graph.saved_tensors_hooks(seen.append, lambda t: t):
        v = w.clone()
    assert seen == []
    if v.grad_fn.name() == "CloneBackward0":
        assert [a for a in dir(v.grad_fn) if a.startswith("_saved")] == []


SPECIAL = [0.0, -0.0, 1.5, float("inf"), -float("inf"), float("nan"), 1e-40]


@pytest.mark.parametrize(
    "dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64]
)
def test_clone_and_times_one_agree_in_values_and_gradients(dtype):
    w = torch.tensor(SPECIAL, dtype=dtype, requires_grad=True)
    for factor in (1, 1.0, torch.ones((), dtype=dtype), torch.ones(7, dtype=dtype)):
        v, u = w.clone(), w * factor
        assert v.dtype == u.dtype and u.data_ptr() != w.data_ptr() != v.data_ptr()
        assert torch.equal(v.nan_to_num(9.0), u.nan_to_num(9.0))
        assert torch.equal(v.signbit(), u.signbit())
        grads = [torch.autograd.grad(t.sum(), w)[0] for t in (v, u)]
        assert torch.equal(*grads)


def test_clone_and_times_one_do_not_always_agree():
    """Why the page says it of its program: float8, and another dtype."""
    with pytest.raises(NotImplementedError):
        torch.ones(1).to(torch.float8_e5m2) * 1
    assert (torch.tensor(1.0) * torch.ones(1, dtype=torch.float64)).dtype != (
        torch.tensor(1.0).clone().dtype
    )


DTYPES = sorted(
    {d for d in vars(torch).values() if isinstance(d, torch.dtype)}, key=str
)


def can_be_cloned(dtype):
    try:
        torch.zeros(2, dtype=dtype).clone()
    except NotImplementedError:
        return False
    return True


def test_clone_keeps_every_dtype_that_it_can_copy():
    """What is left out: quantized dtypes, and integers of fewer than 8 bits."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        can = [dtype for dtype in DTYPES if can_be_cloned(dtype)]
        assert all(torch.zeros(2, dtype=d).clone().dtype == d for d in can)
    left_out = {str(d).removeprefix("torch.") for d in set(DTYPES) - set(can)}
    assert all(re.match(r"qu?int\d|u?int[1-7]$", name) for name in left_out)
    assert torch.bool in can and torch.float8_e5m2 in can


def is_dense(x):
    """Every element of the memory from the first to the last is one of x."""
    expected = 1
    for stride, size in sorted(zip(x.stride(), x.shape, strict=True)):
        if size != 1:
            if stride != expected:
                return False
            expected *= size
    return True


def layouts(number):
    """Tensors that have been permuted, cut, thinned out and expanded by chance."""
    chance = random.Random(0)
    for _ in range(number):
        x = torch.zeros(
            [chance.choice([1, 2, 3, 4]) for _ in range(chance.choice([0, 1, 2, 3, 4]))]
        )
        for _ in range(chance.choice([0, 1, 2, 3])):
            if not x.dim():
                break
            dim = chance.randrange(x.dim())
            how = chance.choice(["permute", "narrow", "thin", "expand"])
            if how == "permute":
                x = x.permute(*chance.sample(range(x.dim()), x.dim()))
            elif how == "narrow":
                x = x.narrow(dim, 0, max(1, x.shape[dim] - 1))
            elif how == "thin":
                x = x.transpose(0, dim)[::2].transpose(0, dim)
            else:
                x = x.unsqueeze(0).expand(2, *x.shape)
        yield x


def test_clone_takes_over_the_strides_exactly_where_elements_are_dense():
    dense = 0
    for x in layouts(1500):
        v = x.clone()
        if is_dense(x):
            dense += 1
            assert v.stride() == x.stride()
        else:
            assert is_dense(v) and v.stride() != x.stride()
        assert v.untyped_storage().nbytes() == v.numel() * v.element_size()
        rows = x.clone(memory_format=torch.contiguous_format)
        assert rows.is_contiguous()
    assert 500 < dense < 1400


ONES = torch.ones(2)
ARGUMENTS = [(), (1.0,), (1,), (0, 0), (ONES,), (ONES, ONES), ((2,),), ((2,), (1,))]
ARGUMENTS += [(lambda value: 7.0,), (ONES, lambda a, b: 7.0), (ONES, ONES, max)]


@pytest.mark.filterwarnings("ignore")
def test_clone_is_for_the_leaf_that_no_other_method_writes_to():
    """Every method of a tensor that ends with _, with arguments that fit one."""
    methods = [n for n in dir(torch.Tensor) if re.fullmatch(r"[a-z]\w*[a-z\d]_", n)]
    wrote, ran = set(), set()
    for name in methods:
        for arguments in ARGUMENTS:
            w = torch.tensor([0.5, 0.25], requires_grad=True)
            try:
                getattr(w, name)(*arguments)
            except (RuntimeError, TypeError, ValueError, IndexError):
                continue
            same = w.shape == (2,) and w.tolist() == [0.5, 0.25]
            (ran if same else wrote).add(name)
    assert wrote == {f"{name}_" for name in LET_PASS}
    assert ran <= {"detach_", "requires_grad_", "share_memory_", "resize_as_"}
    assert len(methods) > 150
