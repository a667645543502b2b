"""The statement on where the article's outputs come from."""

from sitebuild import recordings
from tests.conftest import ROOT


def test_A01_the_torch_of_the_article_is_recorded():
    """torch 1.9.0 with Python 3.7 and a GPU: recorded is 1.9.0, on a CPU."""
    found = {r.name: r.environment for r in recordings.read_recordings(ROOT)}
    environment = found["torch-1.9.0-cpu"]
    assert environment["torch"].partition("+")[0] == "1.9.0"
    assert len(environment["snippets"]) > 0
