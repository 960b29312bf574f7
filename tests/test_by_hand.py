"""Messages to the server that no browser would send, from people who know more than they were shown: none gets more.

The attackers have everything that can be known of a director's sessions: hashes of pages, widgets, fragments, numbers
of saved views, files and places for them, even the sessions themselves. They lack her cookies.
"""

import asyncio
import re
from collections.abc import Iterator
from contextlib import closing

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from data_access import SavedViews, open_database
from data_access.audit.verifying import verify
from data_access.language import texts
from data_access.telling.builder import asking, freezing
from data_access.telling.builder.reading import read
from data_access.telling.builder.request import address_of
from data_access.telling.builder.world import World
from pages.server.messages import OnlyKnownMessages
from tests.infrastructure.house import House, furnished
from tests.infrastructure.sent import Sent, collect_told
from tests.infrastructure.wire import Browser, Loop, Tab

ROLES = {
    "director": "director",
    "clerk": "clerk",
    "councillor": "councillor",
    "head": '{ role = "department_head", department = "saime" }',
    "blocked": "director",
}
NO_ROLE = ("blocked", "nobody")
CLOSED_PAGES = {
    "clerk": ("audits", "report", "builder", "presentation"),
    "councillor": ("audits", "report", "quality", "loading"),
    "head": ("audits", "report", "quality", "loading", "overview", "benefits", "households", "psychologists"),
    **dict.fromkeys(NO_ROLE, ("audits", "benefits", "builder", "psychologists", "loading")),
}
AREAS = "view=problems&year=2023"  # problem areas, which only few may see
GROUPS = "m=visitors&rows=branch&col=visitor_group&period=2023"  # some are too small for the council
PRIVATE = {"m": "visits", "rows": "branch", "period": "2021"}
SESSIONS = 30
words = texts("lv")


@pytest.fixture(scope="module")
def house(provider_of, demonstration_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    blocked = 'blocked = ["blocked@example.test"]'
    with furnished(tmp_path_factory.mktemp("by_hand"), provider_of, demonstration_url, ROLES, blocked) as found:
        yield found


@pytest.fixture
def director(house: House) -> Iterator[Tab]:
    """Problem areas, on the screen of who may see them; so they are in the caches, too."""
    tab = house.open("director", "psychologists", AREAS)
    assert tab.told.of("table")
    yield tab
    house.run(tab.close())


def same(one: Tab, other: Tab) -> bool:
    """Whether two tabs are told the same figures and words."""
    first, second = collect_told(one.told.standing()), collect_told(other.told.standing())
    return (first.numbers, sorted(first.texts)) == (second.numbers, sorted(second.texts))


# ── pages and addresses ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("who", CLOSED_PAGES)
def test_a_page_of_others_is_refused_by_its_hash_and_by_its_name(house: House, director: Tab, who: str) -> None:
    tab = house.open(who, "method")
    for page in CLOSED_PAGES[who]:
        for told in (
            house.run(tab.go_to(page, by_hash=director.pages.get(page) or director.pages[""])),
            house.run(tab.run(page_name=page, page_script_hash="")),
        ):
            assert not told.figures
            assert not told.of("download_button", "file_uploader")
            expected = "errors.no_role" if who in NO_ROLE else "errors.not_allowed_page"
            assert words(expected, ask="IT, 100. kabinets")[:30] in told.words
    assert set(house.refused(who)) >= ({"role"} if who in NO_ROLE else {"page"})
    house.run(tab.close())


@pytest.mark.parametrize(
    ("who", "page", "asked", "honest"),
    [
        ("councillor", "builder", f"{GROUPS}&audience=internal", GROUPS),
        ("head", "builder", "m=psychologist_clients&rows=problem_area&period=2023", None),
        ("head", "builder", "m=spend&rows=benefit&period=2023", None),
        ("clerk", "psychologists", AREAS, None),
        ("clerk", "psychologists", "view=caseload&year=2023", None),
    ],
)
def test_an_address_of_others_tells_what_the_own_one_tells_or_nothing(
    house: House, director: Tab, who: str, page: str, asked: str, honest: str | None
) -> None:
    asking_more = house.open(who, page, asked)
    if honest is None:
        assert not asking_more.told.figures
        assert house.refused(who)
    else:
        asking_honestly = house.open(who, page, honest)
        assert words("words.withheld") in collect_told(asking_honestly.told).text
        assert same(asking_more, asking_honestly)
        house.run(asking_honestly.close())
    house.run(asking_more.close())


def test_a_saved_view_of_somebody_else_is_not_opened_by_its_number(house: House) -> None:
    everything = open_database(house.process.environment["DATABASE_URL"])
    world = World.of(everything)
    request, _ = read(PRIVATE, world)
    figures = freezing.frozen(asking.ask(request, everything, world, everything.ask))
    number = SavedViews().save("Tikai mans", "director@example.test", address_of(request), "", False, figures)
    own = house.open("director", "builder", f"saved={number}")
    assert "Tikai mans" in own.told.words
    for who in ("councillor", "head"):
        tab, empty = house.open(who, "builder", f"saved={number}"), house.open(who, "builder")
        # Somebody who says that she is the director, as one who has not signed in could.
        house.run(tab.set("$$ID-0-who", string_value="director@example.test"))
        assert words("errors.view_gone") in tab.told.words
        assert "Tikai mans" not in str(tab.told.messages)
        assert collect_told(tab.told).numbers <= collect_told(empty.told).numbers
        for one in (tab, empty):
            house.run(one.close())
    house.run(own.close())


# ── widgets, sessions, fragments ─────────────────────────────────────────────────────────────────


def figures(sent: Sent) -> set[str]:
    """Every figure that can be read."""
    return set(re.findall(r"\d+(?:[ ,.]\d+)*", sent.text))


def options(tab: Tab) -> dict[str, list[str]]:
    """What each selection of a tab offers, as it is written on screen."""
    found = {one.id: list(one.options) for one in tab.told.of("selectbox", "radio")}
    return found | {one.id: [option.content for option in one.options] for one in tab.told.of("button_group")}


def chosen(widget: str, option: str, group: bool) -> WidgetState:
    state = WidgetState(id=widget)
    if group:
        state.string_array_value.data.append(option)
    else:
        state.string_value = option
    return state


def of_others(tab: Tab, others: list[Tab]) -> list[WidgetState]:
    """Choices and presses that others were offered, on the same page or another, and this tab was not."""
    states, own = [], options(tab)
    for other in others:
        groups = {one.id for one in other.told.of("button_group")}
        for widget, offered in options(other).items():
            more = [option for option in offered if option not in own.get(widget, [])]
            states += [chosen(widget, option, widget in groups) for option in more[-1:]]
        pressed = {one.id for one in other.told.of("button", "download_button")}
        known = {one.id for one in tab.told.of("button", "download_button")}
        states += [WidgetState(id=widget, trigger_value=True) for widget in pressed - known]
    return states


@pytest.mark.parametrize(
    ("who", "page", "query"),
    [
        ("clerk", "psychologists", "year=2023"),
        ("councillor", "builder", "m=visits&rows=branch&period=2023"),
        ("head", "builder", "m=visits&rows=branch&period=2023"),
        ("head", "day_centres", "year=2023"),
    ],
)
def test_what_was_offered_to_others_changes_nothing(
    house: House, director: Tab, who: str, page: str, query: str
) -> None:
    of_director = [
        house.open("director", name, text) for name, text in ((page, query), ("audits", ""), ("loading", ""))
    ]
    tab = house.open(who, page, query)
    honest = collect_told(tab.told)
    injected = of_others(tab, [director, *of_director])
    assert len(injected) > 10
    if page in ("builder", "day_centres"):
        assert {one.id for one in injected} & set(options(tab)), "widgets of the own page, too"
    found = collect_told(house.run(tab.run_with(injected)))
    assert found.numbers <= honest.numbers
    assert figures(found) <= figures(honest)
    # What the program keeps in a session, said as if it were a widget: at the most her own page comes to an end.
    for name in ("choices", "looks", "choice_audience", "who"):
        told = house.run(tab.run_with([WidgetState(id=name, json_value='{"audience": "internal"}')]))
        assert collect_told(told).numbers <= honest.numbers
    fragments = {one.delta.fragment_id for one in director.told.messages if one.WhichOneof("type") == "delta"}
    for fragment in filter(None, fragments):
        assert not house.run(tab.run(fragment_id=fragment)).of("table")
    for one in (tab, *of_director):
        house.run(one.close())


@pytest.mark.parametrize("open_still", [True, False])
def test_the_session_of_somebody_else_is_not_gone_on_with(house: House, open_still: bool) -> None:
    victim = house.open("director", "psychologists", AREAS)
    if not open_still:
        house.run(victim.close())
    tab = house.open("clerk", "", "", session=victim.session)
    assert tab.session != victim.session
    assert "Clerk" in tab.told.words
    assert "Director" not in tab.told.words
    house.run(tab.close())
    if open_still:
        assert house.run(victim.run()).of("table")
        house.run(victim.close())


def test_only_messages_that_pages_send_are_taken() -> None:
    taken, sent = [], []
    for one in BackMsg.DESCRIPTOR.fields:
        message = BackMsg()
        if one.name == "backend_operation_request":
            for operation in message.backend_operation_request.DESCRIPTOR.oneofs_by_name["payload"].fields:
                asked = BackMsg()
                getattr(asked.backend_operation_request, operation.name).SetInParent()
                sent.append(asked)
        elif one.message_type:
            getattr(message, one.name).SetInParent()
            sent.append(message)
        else:
            sent.append(BackMsg(**{one.name: True}))
    coming = iter([one.SerializeToString() for one in sent] + [b"\xff", None])

    async def receive() -> dict:
        content = next(coming, False)
        if content is False:
            return {"type": "websocket.disconnect"}
        return {"type": "websocket.receive", "bytes": content}

    async def streamlit(_scope, receive, _send) -> None:
        while (message := await receive())["type"] == "websocket.receive":
            taken.append(message["bytes"])

    with closing(Loop()) as run:
        run(OnlyKnownMessages(streamlit)({"type": "websocket"}, receive, None))
    assert taken[-2:] == [b"\xff", None]  # with which Streamlit ends the connection
    found = [BackMsg.FromString(one) for one in taken[:-2]]
    assert {one.WhichOneof("type") for one in found} == {
        *("rerun_script", "stop_script", "file_urls_request", "app_heartbeat", "backend_operation_request")
    }
    operations = [one.backend_operation_request.WhichOneof("payload") for one in found]
    assert [one for one in operations if one] == ["deferred_file"]


def test_nobody_empties_what_all_visitors_share(house: House, director: Tab) -> None:
    """Nor what her own session keeps: that goes with it."""
    house.run(director.choose("choice_lang", "English"))
    house.run(director.send(BackMsg(clear_cache=True)))
    house.run(director.beat())
    director.forget_choices()
    assert "Director of the service" in house.run(director.run(query_string="")).words


# ── files ────────────────────────────────────────────────────────────────────────────────────────


def status(house: House, who: str, path: str, method: str = "GET", **more: object) -> int:
    return house.asked(who, path, method, **more).status_code


def test_a_file_is_for_whoever_has_made_it(house: House, director: Tab) -> None:
    [button, *_] = director.told.of("download_button")
    others = [house.open(who, "method") for who in ("clerk", "head", "councillor", "nobody")]
    for tab in others:
        # Its maker's session is none of theirs; in their own the button is nobody's.
        assert not house.run(tab.make_file(button.deferred_file_id, session=director.session))
        assert not house.run(tab.make_file(button.deferred_file_id))
    address = house.run(director.make_file(button.deferred_file_id))
    assert status(house, "director", address) == 200
    for tab in others:
        who = tab.browser.who
        assert status(house, who, address) == 404
        assert house.refused(who)[-1] == ("role" if who == "nobody" else "file")
        house.run(tab.close())
    assert ("download", "clerk@example.test") not in house.access.kept("event", "who")

    async def elsewhere() -> list[int]:
        """Without sign-in, and from another sign-in of the same person."""
        async with Browser(house.process.url) as stranger:
            await stranger.arrive()
            without = (await stranger.http.get(address)).status_code
            await stranger.sign_in("director")
            return [without, (await stranger.http.get(address)).status_code]

    assert house.run(elsewhere()) == [404, 404]


def test_an_address_that_somebody_writes_herself_is_not_given_to_her(house: House, director: Tab) -> None:
    """The server tells it to her, as it tells all that she has written; that gives her nothing."""
    [button, *_] = director.told.of("download_button")
    address = house.run(director.make_file(button.deferred_file_id))
    number = SavedViews().save(address, "councillor@example.test", PRIVATE)
    tab = house.open("councillor", "builder")
    assert address in str(tab.told.messages)
    assert status(house, "councillor", address) == 404
    SavedViews().delete(number, "councillor@example.test")
    house.run(tab.close())


def test_what_a_page_offers_without_a_press_comes_too(house: House) -> None:
    tab = house.open("clerk", "loading")
    [template, *_] = [one for one in tab.told.of("download_button") if one.url]
    assert status(house, "clerk", template.url) == 200
    assert status(house, "councillor", template.url) == 404
    house.run(tab.close())


def test_files_are_sent_in_by_who_may_load_and_into_her_own_session_only(house: House) -> None:
    clerk, councillor = house.open("clerk", "loading"), house.open("councillor", "method")
    of_clerk = house.run(clerk.place_for_a_file("a.csv"))
    of_councillor = house.run(councillor.place_for_a_file("a.csv"))
    content = {"files": {"a.csv": b"a;b\n1;2\n"}}

    def sent(who: str, place: str) -> int:
        return status(house, who, place, "PUT", **content)

    assert sent("councillor", of_councillor) == 403
    assert house.refused("councillor")[-1] == "loading"
    assert sent("councillor", of_clerk) == 403
    assert sent("director", of_clerk) == 403
    assert house.refused("director")[-1] == "file"
    assert status(house, "director", of_clerk, "DELETE") == 403
    assert sent("clerk", f"/_stcore/upload_file/{clerk.session}/made-up") == 403
    assert sent("clerk", of_clerk) == 204
    for tab in (clerk, councillor):
        house.run(tab.close())


# ── afterwards ───────────────────────────────────────────────────────────────────────────────────


def test_after_sign_out_no_message_of_any_tab_is_answered(house: House) -> None:
    browser = house.browsers["leaving"] = house.run(house.sign_in("director"))
    first, second = house.open("leaving", "psychologists", AREAS), house.open("leaving", "method")
    [button, *_] = first.told.of("download_button")
    address = house.run(first.make_file(button.deferred_file_id))
    place = house.run(first.place_for_a_file("a.csv"))
    house.run(second.press_to_leave("sign_out"))  # the cookie stays, as if somebody had kept it
    over = words("errors.sign_in_ended")[:30]
    for told in (house.run(first.run()), house.run(first.go_to("benefits", by_hash=first.pages["benefits"]))):
        assert not told.figures
        assert over in told.words
    assert not house.run(first.make_file(button.deferred_file_id))
    assert status(house, "leaving", address) == 404
    assert status(house, "leaving", place, "PUT", files={"a.csv": b"1"}) == 403
    session = first.session
    for tab in (first, second):
        house.run(tab.close())
    again = house.open("leaving", "psychologists", AREAS, session)
    assert not again.told.figures
    assert over in again.told.words
    house.run(again.close())
    assert browser.cookies


def test_a_process_that_is_killed_under_thirty_sessions_loses_none(house: House) -> None:
    """Each goes on where it was, by itself and without a word; nothing that was looked at is missing in the log."""
    light = [("method", "lang=en"), ("builder", "m=visits&period=2022"), ("day_centres", "year=2021")]
    people = ("director", "head", "councillor")

    async def opened(number: int) -> Tab:
        page, query = light[number % 3]
        return await Tab.open(house.browsers[people[number // 3 % 3]], page, query)

    async def all_of(*coroutines) -> list:
        return await asyncio.gather(*coroutines)

    tabs = house.run(all_of(*map(opened, range(SESSIONS))))
    # A busy computer may have had to say that the database was slow, until it was not.
    before = [collect_told(tab.told.standing()) for tab in tabs]
    assert sum(bool(told.numbers) for told in before) >= SESSIONS / 2
    sessions = {tab.session for tab in tabs}
    addresses = [tab.query for tab in tabs]
    assert len(sessions) == SESSIONS
    house.process.kill()
    house.run(all_of(*(tab.lost() for tab in tabs)))
    seen, logged = len(house.access.kept("event")), len(house.process.log())
    waiting = [asyncio.run_coroutine_threadsafe(tab.reconnect(), house.run.loop) for tab in tabs]
    house.process.start()
    for one in waiting:
        one.result()
    assert not sessions & {tab.session for tab in tabs}
    for tab, told in zip(tabs, before, strict=True):
        assert not tab.told.errors
        now = collect_told(tab.told.standing())
        assert (now.numbers, sorted(now.texts)) == (told.numbers, sorted(told.texts))
    assert [tab.query for tab in tabs] == addresses
    kept = house.access.kept("event")
    assert kept[seen:].count(("page",)) == SESSIONS
    assert verify(house.access.audit_folder).good
    assert "Traceback" not in house.process.log()[logged:]
    house.run(all_of(*(tab.close() for tab in tabs)))
