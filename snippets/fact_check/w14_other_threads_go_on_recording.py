from threading import Thread

import torch

seen = []
with torch.no_grad():
    thread = Thread(target=lambda: seen.append(torch.is_grad_enabled()))
    thread.start()
    thread.join()
    print(f"{torch.is_grad_enabled() = }, {seen = }")

holds = seen == [True]
print(f"{holds = }")
