from concurrent.futures import ThreadPoolExecutor

import torch

with ThreadPoolExecutor(max_workers=1) as pool:
    print(pool.submit(torch.is_grad_enabled).result())
    pool.submit(torch.set_grad_enabled, False).result()
    print(pool.submit(torch.is_grad_enabled).result())

print(f"{torch.is_grad_enabled() = }")
