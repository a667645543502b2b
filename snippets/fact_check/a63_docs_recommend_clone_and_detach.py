import torch

doc = " ".join(torch.Tensor.new_tensor.__doc__.split())
start = doc.index("The equivalents using")
advice = doc[start : doc.index(".", start)]

print(advice)
holds = all(word in advice for word in ("clone()", "detach()", "recommended"))
print(f"{holds = }")
