# needs: cuda
import torch

x = torch.zeros(2**20, device="cuda", requires_grad=True)
size = x.numel() * x.element_size()


def peak(convert):
    before = torch.cuda.memory_allocated()
    torch.cuda.reset_peak_memory_stats()
    convert()
    return torch.cuda.max_memory_allocated() - before


print(f"{size = }")
print(f"{peak(lambda: x.detach().cpu().numpy()) = }")
print(f"{peak(lambda: x.detach().clone().cpu().numpy()) = }")
