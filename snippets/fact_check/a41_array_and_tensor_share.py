import torch

x = torch.tensor([2.0])
z = x.numpy()

z[0] = 7.0
to_tensor = x.item() == 7.0
x[0] = 5.0
to_array = z[0] == 5.0

holds = {
    "from the array to the tensor": to_tensor,
    "from the tensor to the array": bool(to_array),
}
print(f"{holds = }")
