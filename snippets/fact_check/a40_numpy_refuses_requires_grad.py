import torch

w = torch.tensor([1.0], requires_grad=True)
modes = {"as it is": torch.enable_grad, "inside no_grad()": torch.no_grad}

holds = {}
for case, mode in modes.items():
    message = ""
    try:
        with mode():
            w.numpy()
    except RuntimeError as error:
        message = str(error)
        print(message)
    holds[case] = message == (
        "Can't call numpy() on Tensor that requires grad. "
        "Use tensor.detach().numpy() instead."
    )
print(f"{holds = }")
