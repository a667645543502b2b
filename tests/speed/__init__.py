"""How long builds and edits take, against what cannot be left out and against peers.

``nox -s speed`` measures all; ``nox -s speed -- edits --sizes 1`` a part. Times
depend on the machine, and on what else it does: what is compared is measured in
turns, and of each the shortest counts. Nobody is kept from a slower build by a
test: read the ratios, and the targets beside them.
"""
