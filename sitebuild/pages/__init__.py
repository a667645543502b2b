"""Reading pages: what they ask for, and whether the languages agree.

Only the outline is read here (fences, headings, links); Markdown itself is
rendered by the site generator, in `sitebuild.maker`.
"""
