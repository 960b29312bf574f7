"""Sign-ins: how long they last, what ends them in every tab, and who somebody is at each moment."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data_access import AccessNotSet, NoRole, SignInOver, audit, sign_out, visitor_of
from data_access.access.sign_ins import ENDED, GOOD, IDLE, NEW, OLD, SignIns
from tests.infrastructure.access import Access, claims_of

NOON = datetime(2026, 5, 5, 12, tzinfo=UTC)
HER = {"email": "her@example.test", "iat": int(NOON.timestamp()), "nonce": "n1"}
AGAIN = HER | {"nonce": "n2"}


class Clock:
    """Stands still until it is moved on."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tab(tmp_path: Path, clock: Clock) -> Callable[[], SignIns]:
    """Another tab, or another process of the server: nothing is shared but the folder."""
    return lambda: SignIns(tmp_path / "sign_ins", timedelta(minutes=30), timedelta(hours=10), clock)


# ── how long it lasts ────────────────────────────────────────────────────────────────────────────


def test_a_sign_in_is_new_once_whichever_tab_shows_it_first(tab) -> None:
    assert [tab().state(HER, used=True) for _ in range(3)] == [NEW, GOOD, GOOD]
    assert tab().state(AGAIN, used=True) == NEW


def test_what_ends_it_ends_it_in_every_tab_and_for_ever(tab, clock: Clock) -> None:
    first, second = tab(), tab()
    assert (first.state(HER, used=True), second.state(HER, used=True)) == (NEW, GOOD)
    first.end(HER)
    assert (first.state(HER, used=True), second.state(HER, used=True)) == (ENDED, ENDED)
    clock.later(hours=2)
    assert tab().state(HER, used=True) == ENDED
    # To sign in again is another sign-in.
    assert second.state(AGAIN, used=True) == NEW


def test_who_signs_out_before_anything_was_seen_is_out(tab) -> None:
    tab().end(HER)
    assert tab().state(HER, used=True) == ENDED


def test_half_an_hour_without_a_click_in_any_tab_ends_it(tab, clock: Clock) -> None:
    tab().state(HER, used=True)
    for _ in range(3):
        clock.later(minutes=29)
        assert tab().state(HER, used=True) == GOOD
    # That a page looks whether it may still be shown is no click.
    clock.later(minutes=29)
    assert tab().state(HER, used=False) == GOOD
    clock.later(minutes=2)
    assert tab().state(HER, used=False) == IDLE
    assert tab().state(HER, used=True) == ENDED


@pytest.mark.parametrize(("hours", "found"), [(1, IDLE), (-1, IDLE), (0.1, GOOD), (-0.1, GOOD)])
def test_a_clock_that_is_set_gives_nobody_more_time(tab, clock: Clock, hours: float, found: str) -> None:
    issued_long_ago = HER | {"iat": int(NOON.timestamp()) - 3 * 3600}
    tab().state(issued_long_ago, True)
    clock.later(minutes=10)
    tab().state(issued_long_ago, True)
    clock.later(hours=hours)
    assert tab().state(issued_long_ago, False) == found
    clock.later(hours=-hours)
    assert tab().state(issued_long_ago, True) == (GOOD if found == GOOD else ENDED)


def test_it_lasts_ten_hours_however_much_it_is_used(tab, clock: Clock) -> None:
    tab().state(HER, used=True)
    for _ in range(30):
        clock.later(minutes=20)
        assert tab().state(HER, used=True) == GOOD
    clock.later(minutes=1)
    assert tab().state(HER, used=True) == OLD


@pytest.mark.parametrize("issued", [None, "soon", True, 10**20, float("nan"), (NOON + timedelta(hours=1)).timestamp()])
def test_a_sign_in_without_a_time_of_issue_that_can_be_is_none(tab, issued) -> None:
    assert tab().state(HER | {"iat": issued}, used=True) == OLD
    assert tab().state({"email": "her@example.test"}, used=True) == OLD


def test_what_is_too_old_anyway_is_forgotten_and_stays_out(tab, clock: Clock, tmp_path: Path) -> None:
    tab().state(HER, used=True)
    tab().end(HER)
    clock.later(hours=11)
    later = HER | {"iat": int(clock.now.timestamp())}
    assert tab().state(later, used=True) == NEW
    assert len(list((tmp_path / "sign_ins").iterdir())) == 1
    assert tab().state(HER, used=True) == OLD


# ── who somebody is ──────────────────────────────────────────────────────────────────────────────


def now(**more) -> dict:
    return claims_of("her@example.test", **more)


def kept(access_settings: Access) -> list[tuple[str, str, str]]:
    return access_settings.kept("event", "who", "role")


def test_a_role_that_is_taken_away_or_changed_is_so_at_the_next_look(access_settings: Access) -> None:
    claims = now()
    access_settings.settle('[people]\n"her@example.test" = "director"')
    found = visitor_of(claims)
    assert (found.who, found.name, found.access.role) == ("her@example.test", "Vārds", "director")
    access_settings.settle('[people]\n"her@example.test" = "councillor"')
    assert visitor_of(claims).access.role == "councillor"
    access_settings.settle('blocked = ["her@example.test"]\n[people]\n"her@example.test" = "councillor"')
    with pytest.raises(NoRole):
        visitor_of(claims)
    access_settings.settle("")
    with pytest.raises(NoRole):
        visitor_of(claims)
    access_settings.settle("people = 1")
    with pytest.raises(AccessNotSet):
        visitor_of(claims)
    assert kept(access_settings) == [("sign_in", "her@example.test", "director")]


def test_who_has_no_role_is_told_whom_to_ask_and_that_is_kept_once(access_settings: Access) -> None:
    access_settings.settle('contact = "IT, 100. kabinets"')
    claims = now()
    for _ in range(2):
        with pytest.raises(NoRole, match=r"IT, 100\. kabinets"):
            visitor_of(claims)
    assert kept(access_settings) == [("sign_in", "her@example.test", ""), ("refused", "her@example.test", "")]


def test_who_signs_out_is_out_with_the_same_cookie(access_settings: Access) -> None:
    access_settings.settle('[people]\n"her@example.test" = { role = "department_head", department = "saime" }')
    claims = now()
    visitor_of(claims)
    sign_out(claims)
    with pytest.raises(SignInOver):
        visitor_of(claims)
    assert visitor_of(now(nonce="n2")).access.department == "saime"
    assert [event for event, _, role in kept(access_settings) if role == "department_head:saime"] == [
        "sign_in",
        "sign_out",
        "sign_in",
    ]


def test_nobody_comes_in_where_it_cannot_be_kept(access_settings: Access, tmp_path: Path) -> None:
    access_settings.settle('[people]\n"her@example.test" = "director"')
    (tmp_path / "audit").write_text("in the way of the folder")
    claims = now()
    for _ in range(2):
        with pytest.raises(audit.AuditUnavailable):
            visitor_of(claims)
    (tmp_path / "audit").unlink()
    assert visitor_of(claims)
    assert kept(access_settings) == [("sign_in", "her@example.test", "director")]
    shutil.rmtree(tmp_path / "sign_ins")
    (tmp_path / "sign_ins").write_text("in the way of the folder")
    with pytest.raises(AccessNotSet):
        visitor_of(now(nonce="n2"))
