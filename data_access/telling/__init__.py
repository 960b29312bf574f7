"""What tells figures to people without a browser: words, sentences, tables, and the table builder's request and table.

Pages, files, decks and the command line say the same words from the catalogues of this folder. Nothing here knows
Streamlit, Plotly or the pages; the data are asked through `Database.ask` alone.
"""

from pathlib import Path

FOLDER = Path(__file__).parent  # of its catalogues
