"""The table builder without its page: from an address to a request, from a request to its figures, a table and words.

`asking` asks; the others ask for nothing.
"""
