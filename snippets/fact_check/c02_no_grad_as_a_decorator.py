import asyncio

import torch

x = torch.tensor(2.0, requires_grad=True)


@torch.no_grad()
def function():
    return x * x


@torch.no_grad()
def generator():
    yield x * x


@torch.no_grad()
async def coroutine():
    return x * x


holds = {
    "function": not function().requires_grad,
    "generator": not next(generator()).requires_grad,
    "async def": not asyncio.run(coroutine()).requires_grad,
}
print(f"{holds = }")
