import torch

w = torch.nn.Parameter(torch.ones(3))
optimizer = torch.optim.Adam([w])

w.sum().backward()
with torch.inference_mode():
    optimizer.step()
print(f"{optimizer.state[w]['exp_avg'].is_inference() = }")

optimizer.step()  # raises RuntimeError
