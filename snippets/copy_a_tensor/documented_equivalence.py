import textwrap

import torch

doc = torch.Tensor.new_tensor.__doc__
quote = doc[doc.index("Therefore") : doc.index("Args:")]
print(textwrap.fill(" ".join(quote.split()), 70))
