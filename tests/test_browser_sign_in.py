"""Sign-in in a real browser with a real provider: who gets in, what is in sight then, and out again in every tab."""

import pytest
from playwright.sync_api import Page

from tests.infrastructure.browser import Visitor, settled
from tests.infrastructure.provider import SignedInServer

pytestmark = pytest.mark.browser

IN, OUT = "Pierakstīties", "Izrakstīties"


def sign_in(visit: Visitor, at: SignedInServer, who: str, path: str = "/") -> Page:
    """Somebody comes by a link, sees a sentence and a button, and signs in with the provider."""
    page = visit(at.server, path)
    assert page.get_by_test_id("stSidebarNavLink").count() == 0
    assert page.get_by_role("table").count() == 0
    page.get_by_role("button", name=IN).click()
    page.get_by_role("button", name=who, exact=True).click()
    page.wait_for_url(f"{at.server.url}/**")
    # The provider's own page fetches its looks from outside.
    visit.troubles = [text for text in visit.troubles if "picocss" not in text and "ERR_NAME_NOT_RESOLVED" not in text]
    return settled(page)


def links(page: Page) -> list[str]:
    return [link.inner_text().splitlines()[-1] for link in page.get_by_test_id("stSidebarNavLink").all()]


def test_the_director_sees_everything_takes_a_file_and_signs_out_of_every_tab(
    signed_in_server: SignedInServer, visit: Visitor
) -> None:
    page = sign_in(visit, signed_in_server, "director", "/method")
    assert "Audits" in links(page)
    assert "Dienesta vadītājs" in page.inner_text("section[data-testid=stSidebar]")
    with page.expect_download():
        page.get_by_role("button", name="CSV").first.click()
    other = page.context.new_page()
    other.goto(f"{signed_in_server.server.url}/audits")
    settled(other)
    assert "Lejupielāde" in other.inner_text("body")
    kept = signed_in_server.access.kept("event", "who", "file")
    assert ("download", "director@example.test", "reach.csv") in kept
    other.get_by_role("button", name=OUT).click()
    other.wait_for_url(f"{signed_in_server.provider}/**")
    other.close()
    # The first tab is not told anything more by the next click.
    page.get_by_text("English", exact=True).click()
    page.get_by_text("You have been signed out in every tab").wait_for()
    settled(page)
    assert page.get_by_role("table").count() == 0
    assert links(page) == []


@pytest.mark.parametrize(
    ("who", "first", "refused"),
    [
        ("clerk", "Pārskats", "report"),
        ("head", "Dienas centri", "psychologists"),
        ("councillor", "Pārskats", "quality"),
    ],
)
def test_others_see_the_pages_of_their_role_and_no_other(
    signed_in_server: SignedInServer, visit: Visitor, who: str, first: str, refused: str
) -> None:
    page = sign_in(visit, signed_in_server, who, "/?year=2022")
    page.get_by_role("heading", name=first, exact=True).wait_for()
    assert "Audits" not in links(page)
    page.goto(f"{signed_in_server.server.url}/{refused}")
    settled(page)
    assert "jūsu lomai nav paredzēta" in page.inner_text("[data-testid=stMain]")
    assert page.get_by_role("table").count() == 0
    assert ("refused", f"{who}@example.test", "page") in signed_in_server.access.kept("event", "who", "what")


def test_who_has_no_role_sees_whom_to_ask(signed_in_server: SignedInServer, visit: Visitor) -> None:
    page = sign_in(visit, signed_in_server, "nobody")
    assert "IT, 100. kabinets" in page.inner_text("[data-testid=stMain]")
    assert links(page) == []
    assert ("refused", "nobody@example.test", "role") in signed_in_server.access.kept("event", "who", "what")
