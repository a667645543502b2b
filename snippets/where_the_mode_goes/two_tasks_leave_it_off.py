import asyncio

import torch


async def first(entered, leave):
    with torch.no_grad():
        await entered.wait()
    leave.set()


async def second(entered, leave):
    with torch.no_grad():
        entered.set()
        await leave.wait()


async def main():
    entered, leave = asyncio.Event(), asyncio.Event()
    await asyncio.gather(first(entered, leave), second(entered, leave))


print(f"{torch.is_grad_enabled() = }")
asyncio.run(main())
print(f"{torch.is_grad_enabled() = }")
