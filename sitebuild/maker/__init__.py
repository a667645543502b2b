"""The site generator: all that knows MkDocs, Material, mkdocs-jupyter, markdown-exec.

Everything else gives it Markdown files and, for each executed fence, HTML.
"""
