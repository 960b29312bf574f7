"""Presentations: decks of slides that are shown, put together, kept, taken along as files and shown on a wall.

`looking` knows which deck is looked at and makes it, `drawing` draws a slide, `arranging`, `saving`, `adding` and
`files` are the widgets, `stage` is the wall.
"""
