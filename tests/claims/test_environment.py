"""The statement on where the article's outputs come from."""

from sitebuild.run.recording import read_recordings
from tests.conftest import ROOT


def test_A01_the_torch_of_the_article_is_recorded():
    """torch 1.9.0 with Python 3.7 and a GPU: recorded is 1.9.0, on a CPU."""
    found = {recording.name: recording for recording in read_recordings(ROOT)}
    recording = found["torch-1.9.0-cpu"]
    assert recording.environment.version == (1, 9, 0)
    assert len(recording.digests) > 0
