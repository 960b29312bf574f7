"""The table builder: from an address to a request, from a request to a table, a picture and words.

`request`, `reading`, `offers` and `wording` know nothing of Streamlit and ask for nothing; `making` asks; `controls`
and `drilling` are the widgets.
"""
