"""Drawing: from the plain data of a run, and words, to SVG.

Nothing here knows of pages, of torch, or of the site.
"""
