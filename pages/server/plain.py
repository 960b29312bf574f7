"""Pages of a sentence in both languages, where no session knows the visitor's language, and a way back."""

from html import escape

from starlette.responses import HTMLResponse

from data_access.language import LANGUAGES
from pages.parts.texts import words


def plain_page(key: str, back: str, status: int) -> HTMLResponse:
    """A sentence of the catalogues, in each language with a link `back` to the dashboard; kept by no browser."""
    told = "".join(
        f'<p lang="{code}">{escape(words(code)(key))} '
        f'<a href="{escape(back)}">{escape(words(code)("entrance.back"))}</a></p>'
        for code in LANGUAGES
    )
    title = escape(words(LANGUAGES[0])("frame.title"))
    page = f'<!doctype html><html lang="{LANGUAGES[0]}"><head><title>{title}</title></head><body>{told}</body></html>'
    return HTMLResponse(page, status, headers={"Cache-Control": "no-store"})
