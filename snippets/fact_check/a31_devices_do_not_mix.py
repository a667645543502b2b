import torch

x = torch.tensor([2.0], device="meta")
operands = {"[4.]": torch.tensor([4.0]), "no dimensions": torch.tensor(4.0)}

holds = {}
for case, c in operands.items():
    holds[case] = False
    try:
        x + c
    except RuntimeError as error:
        print(error)
        holds[case] = True
print(f"{holds = }")
