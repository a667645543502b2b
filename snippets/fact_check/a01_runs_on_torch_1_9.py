import torch

version = torch.__version__.partition("+")[0]

print(f"{version = }")
holds = version == "1.9.0"
print(f"{holds = }")
