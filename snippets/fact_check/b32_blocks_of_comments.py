import torch

printed = """
import torch

with torch.no_grad():
    # computation without gradients

with torch.enable_grad():
    # computation with gradients
"""

try:
    compile(printed, "printed", "exec")
    valid = True
except SyntaxError as error:
    print(type(error).__name__)
    valid = False
filled = printed.replace("#", "pass  #")
exec(compile(filled, "filled", "exec"))
print(f"{torch.is_grad_enabled() = }")

holds = valid
print(f"{holds = }")
