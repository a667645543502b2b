import asyncio

import torch

w = torch.ones(2, requires_grad=True)


async def evaluate():
    with torch.no_grad():
        await asyncio.sleep(0)


async def train():
    loss = (w * 2).sum()
    print(f"{loss.requires_grad = }")


async def main():
    await asyncio.gather(evaluate(), train())


asyncio.run(main())
print(f"{torch.is_grad_enabled() = }")
