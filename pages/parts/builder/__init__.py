"""The table builder: from an address to a request, from a request to a table, a picture and words.

`request`, `reading`, `offers`, `drilling` and `wording` know nothing of Streamlit and ask for nothing; `asking` asks;
`controls` and `saving` are the widgets.
"""
