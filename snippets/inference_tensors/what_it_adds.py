import torch


def works(action):
    try:
        action()
    except RuntimeError:
        return False
    return True


def observe(context):
    w = torch.ones(3, requires_grad=True)
    with eval(context):
        t = w * 2
        v = t.view(-1)
    return {
        "context": context,
        "recorded": t.requires_grad,
        "counts_writes": works(lambda: t._version),
        "knows_its_views": v._base is t,
        "is_saved": works(lambda: w * t),
        "is_written": works(lambda: t.add_(1)),
        "may_require_grad": works(lambda: t.requires_grad_()),
    }


rows = [observe("torch.no_grad()"), observe("torch.inference_mode()")]
