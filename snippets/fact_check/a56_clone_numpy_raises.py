import torch

w = torch.tensor([1.0], requires_grad=True)
modes = {"as it is": torch.enable_grad, "inside no_grad()": torch.no_grad}

holds = {}
for case, mode in modes.items():
    holds[case] = False
    try:
        with mode():
            w.clone().numpy()
    except RuntimeError as error:
        print(error)
        holds[case] = True
print(f"{holds = }")
