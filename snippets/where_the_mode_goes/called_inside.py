import threading

import torch

w = torch.ones(2, requires_grad=True)


def report(where):
    print(f"{where}: {(w * 2).requires_grad = }")


with torch.no_grad():
    report("same thread")
    thread = threading.Thread(target=report, args=("new thread",))
    thread.start()
    thread.join()

report("after the block")
