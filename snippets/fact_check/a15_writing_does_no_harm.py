import torch

x = torch.tensor([2.0])
w = torch.tensor([1.0], requires_grad=True)
products = {"x * w needs x only": x * w, "w * w needs w": w * w}
w.detach()[0] = 5.0

holds = {}
for case, y in products.items():
    message = ""
    try:
        y.backward()
        print(f"{w.grad = }")
    except RuntimeError as error:
        message = str(error)
        print(message.partition(":")[0])
    holds[case] = message == "" and w.grad.item() == 2.0
print(f"{holds = }")
