"""The table builder's page: its widgets, its picture, saved views. What it asks for and how that is told without a
browser lies in `data_access.telling.builder`.

`presets` knows nothing of Streamlit; `controls` and `saving` are the widgets.
"""
