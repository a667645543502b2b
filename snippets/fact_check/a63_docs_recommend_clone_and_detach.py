import torch

doc = " ".join(torch.Tensor.new_tensor.__doc__.split())
start = doc.find("The equivalents using")
advice = doc[start:].partition(".")[0]

print(advice)
holds = all(word in advice for word in ("clone()", "detach()", "recommended"))
print(f"{holds = }")
