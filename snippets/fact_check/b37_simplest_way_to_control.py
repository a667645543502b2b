import torch

x = torch.tensor(2.0, requires_grad=True)


def recorded_after(call):
    torch.set_grad_enabled(True)
    call()
    return (x * x).requires_grad


query = recorded_after(lambda: torch.is_grad_enabled())
switch = recorded_after(lambda: torch.set_grad_enabled(False))
print(f"recorded after is_grad_enabled(): {query}")
print(f"recorded after set_grad_enabled(False): {switch}")

holds = not query
print(f"{holds = }")
