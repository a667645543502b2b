import asyncio

import torch

w = torch.ones(2, requires_grad=True)


@torch.no_grad()
def compute(x):
    return w * x


async def evaluate():
    await asyncio.sleep(0)
    y = compute(torch.ones(2))
    await asyncio.sleep(0)
    print(f"{y.requires_grad = }")


async def train():
    for _ in range(3):
        print(f"{(w * 2).requires_grad = }")
        await asyncio.sleep(0)


async def main():
    await asyncio.gather(evaluate(), train())


asyncio.run(main())
