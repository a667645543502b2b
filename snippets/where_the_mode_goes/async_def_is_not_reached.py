import asyncio

import torch

w = torch.ones(2, requires_grad=True)


@torch.no_grad()
async def predict():
    return w * 2


y = asyncio.run(predict())
print(f"{y.requires_grad = }")
