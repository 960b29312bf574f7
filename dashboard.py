"""The statistics dashboard of a municipal social service: `streamlit run dashboard.py`.

The server around the pages. The script that every visitor's session runs is `pages/app.py`: with a main script
beside a folder `pages`, Streamlit takes the folder for the navigation until the first visitor has run the script, and
greets a copied link with "Page not found" after every start.
"""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware

from pages.entrance.starting import refuse_an_open_door
from pages.parts.frame import say_unexpected
from pages.parts.uploads import keep_off_the_disk
from pages.server import health
from pages.server.ahead import ahead
from pages.server.gate import Gate
from pages.server.given import OnlyGiven
from pages.server.headers import SecurityHeaders
from pages.server.messages import OnlyKnownMessages
from pages.server.no_such_page import NoSuchPage
from pages.server.page_language import PageLanguage
from pages.server.provider_away import ProviderAway
from pages.server.watched import watched
from pages.server.way_back import WayBack


@asynccontextmanager
async def beside_the_pages(server: st.App) -> AsyncIterator[None]:
    # What has been read by now stays. To look at it whenever garbage is collected takes a tenth of a second each time,
    # in which no visitor is answered.
    gc.collect()
    gc.freeze()
    async with watched(server), ahead(server):
        yield


refuse_an_open_door()
keep_off_the_disk()
app = st.App(
    "pages/app.py",
    routes=health.routes(),
    lifespan=beside_the_pages,
    middleware=[
        Middleware(one)
        for one in (
            SecurityHeaders,
            Gate,
            WayBack,
            ProviderAway,
            NoSuchPage,
            PageLanguage,
            OnlyKnownMessages,
            OnlyGiven,
        )
    ],
    on_script_error=say_unexpected,
)
