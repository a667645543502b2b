"""What the home page shows at once, before any page explains it."""

import torch


def test_index_four_calls_take_the_four_corners(output):
    """Sharing memory and passing the gradient on are independent of each other."""
    w = torch.tensor([1.0], requires_grad=True)
    corners = {}
    for line in output("index/four_corners").splitlines():
        call, shares, flows = line.split("  ", 1)[0], "shares = True", "flows = True"
        corners[call] = (shares in line, flows in line)
        result = eval(call, {"w": w})
        torch.autograd.grad(result.sum(), w) if corners[call][1] else None
        assert result.requires_grad is corners[call][1]
        before = w.item()
        with torch.no_grad():
            result += 1
        assert (w.item() != before) is corners[call][0]
    assert len(set(corners.values())) == len(corners) == 4


def test_index_a_write_is_seen_where_memory_is_shared(output):
    a, b = output("index/writes_tell").splitlines()
    assert a == "a = tensor([7., 2.])"
    assert b == "b = tensor([1., 2.])"
