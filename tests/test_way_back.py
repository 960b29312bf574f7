"""The way back from signing in: to the page where the button was pressed, and nowhere else."""

from urllib.parse import quote

import httpx2
import pytest
from starlette.responses import RedirectResponse, Response

from pages.server.way_back import CALLBACK, COOKIE, LOGIN, WayBack
from tests.infrastructure.coroutines import run

PROVIDER = "https://provider.example.test/authorize"
SITE = "https://statistics.example.test"


async def streamlit(scope, receive, send) -> None:
    """Leads to the provider, and from there to the first page, beneath whatever folder the dashboard is in."""
    for end, to in ((LOGIN, PROVIDER), (CALLBACK, scope["path"].removesuffix(CALLBACK) + "/")):
        if scope["path"].endswith(end):
            await RedirectResponse(to, 302)(scope, receive, send)
            return
    await Response("a page")(scope, receive, send)


async def failing(scope, receive, send) -> None:
    await Response(status_code=400)(scope, receive, send)


def led(referrer: str | None, cookie: str | None = None, folder: str = "", app=streamlit) -> tuple[str | None, str]:
    """Where somebody is led after she has signed in, and the cookie that is kept meanwhile."""

    async def sign_in() -> tuple[str | None, str]:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(WayBack(app)), base_url=SITE) as browser:
            if cookie is None:
                pressed = await browser.get(folder + LOGIN, headers={"Referer": referrer} if referrer else {})
                assert pressed.headers.get("location") == PROVIDER or app is failing
                kept = pressed.headers.get("set-cookie", "")
            else:
                browser.cookies.set(COOKIE, cookie, domain="statistics.example.test")
                kept = cookie
            back = await browser.get(folder + CALLBACK)
            again = await browser.get(folder + CALLBACK)
            assert again.headers.get("location") in (None, folder + "/"), "the way is gone once"
            return back.headers.get("location"), kept

    return run(sign_in())


@pytest.mark.parametrize(
    ("referrer", "leads_to"),
    [
        ("/benefits?year=2022&view=recipients", "/benefits?year=2022&view=recipients"),
        ("/day_centres", "/day_centres"),
        ("/?lang=en", "/?lang=en"),
        ("/", "/"),
        ("/builder?where=parish:m%C4%81lpils,ogre&empty=", "/builder?where=parish%3Am%C4%81lpils%2Cogre&empty="),
        # What is no page of ours, or too long to be kept.
        ("/deep/er", "/"),
        ("/Benefits", "/"),
        ("/benefits?" + "x=1&" * 1000, "/"),
        (None, "/"),
    ],
)
def test_whoever_signs_in_comes_back_to_where_she_was(referrer: str | None, leads_to: str) -> None:
    assert led(referrer and SITE + referrer)[0] == leads_to


def test_it_finds_its_way_in_a_folder_too() -> None:
    assert led(f"{SITE}/statistics/benefits?year=2022", folder="/statistics")[0] == "/statistics/benefits?year=2022"
    assert led(f"{SITE}/other/benefits", folder="/statistics")[0] == "/statistics/"


@pytest.mark.parametrize(
    "forged",
    [
        "//elsewhere.example.test/",
        "/\\elsewhere.example.test",
        "https://elsewhere.example.test",
        "elsewhere.example.test",
        "@elsewhere.example.test",
        "..",
        "javascript:alert(1)",
        "benefits\r\nSet-Cookie: other=1",
        "benefits#elsewhere",
    ],
)
def test_a_cookie_that_somebody_writes_leads_nowhere(forged: str) -> None:
    assert led(None, quote(forged, safe=""))[0] == "/"


def test_what_is_chosen_puts_no_header_of_its_own_into_the_answer() -> None:
    assert led(None, quote("benefits?x=1\r\nSet-Cookie: other=1", safe=""))[0] == (
        "/benefits?x=1%0D%0ASet-Cookie%3A+other%3D1"
    )


def test_no_script_reads_the_cookie_and_it_is_short_lived() -> None:
    kept = led(f"{SITE}/benefits")[1].lower()
    assert "httponly" in kept
    assert "samesite=lax" in kept
    assert "max-age=600" in kept


def test_a_failure_stays_one() -> None:
    assert led(f"{SITE}/benefits", app=failing) == (None, "")
