"""A hook for MkDocs when it is called by itself, without a run to show."""

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError


def on_config(config: MkDocsConfig) -> None:
    """Refuse to build pages without outputs."""
    if "sitebuild" not in config.plugins:
        raise PluginError(
            "the snippets have not been run: build with `nox -s docs` or "
            "`python -m sitebuild build`, not with mkdocs itself"
        )
