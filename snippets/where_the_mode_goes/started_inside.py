import asyncio
import multiprocessing
from concurrent.futures import ThreadPoolExecutor

import torch


async def in_a_thread_of_asyncio():
    return await asyncio.to_thread(torch.is_grad_enabled)


fork = multiprocessing.get_context("fork")  # not on Windows
with torch.no_grad():
    with ThreadPoolExecutor() as pool:
        thread = pool.submit(torch.is_grad_enabled).result()
    task = asyncio.run(in_a_thread_of_asyncio())
    with fork.Pool(1) as processes:
        process = processes.apply(torch.is_grad_enabled)

rows = [
    {"started": "ThreadPoolExecutor().submit()", "records": thread},
    {"started": "asyncio.to_thread()", "records": task},
    {"started": 'get_context("fork").Pool()', "records": process},
]
