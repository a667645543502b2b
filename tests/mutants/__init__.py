"""Mutants: mistakes that the tests have to notice. `nox -s mutants` tries them all."""
