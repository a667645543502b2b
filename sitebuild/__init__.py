"""The build's own code: run a snippet, record it, put it on a page.

The words are used in one sense everywhere. A *snippet* is a program; a *run*
executes one snippet in one environment and gives a *result*; a *recording*
is the committed text of all results in one environment; a *fence* is the
place on a page that names a snippet.
"""
