import contextlib

import torch


def by_block(fail):
    with torch.no_grad():
        if fail:
            raise ValueError


def by_call(fail):
    torch.set_grad_enabled(False)
    if fail:
        raise ValueError
    torch.set_grad_enabled(True)


for switch in (by_block, by_call):
    for fail in (False, True):
        with contextlib.suppress(ValueError):
            switch(fail)
        enabled = torch.is_grad_enabled()
        print(f"{switch.__name__}({fail}): {enabled = }")
