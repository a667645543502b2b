import torch

w = torch.ones(2, requires_grad=True)


def used(mode, action):
    with mode():
        features = torch.ones(2) * 3
    try:
        action(features)
    except RuntimeError as error:
        print(error)
        return False
    return True


actions = {
    "features.tolist()": lambda features: features.tolist(),
    "w + features": lambda features: w + features,
    "w * features": lambda features: w * features,
    "features.add_(w)": lambda features: features.add_(w),
}
print([used(torch.no_grad, action) for action in actions.values()])

holds = {
    name: used(torch.inference_mode, action) for name, action in actions.items()
}
print(f"{holds = }")
