import asyncio

import torch


def off():
    return not torch.is_grad_enabled()


def generator():
    yield off()


async def coroutine():
    return off()


async def async_generator():
    yield off()


async def collect(values):
    return [value async for value in values]


rows = []
for code in (
    "torch.no_grad()",
    "torch.no_grad",
    "torch.set_grad_enabled(False)",
    "torch.inference_mode()",
    "torch.inference_mode",
):
    row = {"decorator": code}
    row["function"] = eval(code)(off)()
    row["generator"] = all(eval(code)(generator)())
    row["coroutine"] = asyncio.run(eval(code)(coroutine)())
    values = eval(code)(async_generator)()
    row["async generator"] = all(asyncio.run(collect(values)))
    rows.append(row)
