"""The statistics dashboard of a municipal social service: `streamlit run dashboard.py`.

The server around the pages. The script that every visitor's session runs is `pages/app.py`: with a main script
beside a folder `pages`, Streamlit takes the folder for the navigation until the first visitor has run the script, and
greets a copied link with "Page not found" after every start.
"""

import streamlit as st

from pages.entrance.starting import refuse_an_open_door
from pages.parts.frame import say_unexpected
from pages.parts.uploads import keep_off_the_disk

refuse_an_open_door()
keep_off_the_disk()
app = st.App("pages/app.py", on_script_error=say_unexpected)
