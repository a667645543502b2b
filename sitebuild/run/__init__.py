"""Running: each program in a process of its own, and what it gave.

Standard library only, and Python 3.9: it records beside old versions of torch.
"""
