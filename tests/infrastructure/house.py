"""A dashboard into which people have signed in with a real provider: each one's browser, and what is kept of them."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from tests.infrastructure.access import Access
from tests.infrastructure.browser import WITHOUT_WORK_AHEAD
from tests.infrastructure.provider import settle_people, write_secrets
from tests.infrastructure.proxied import Process
from tests.infrastructure.wire import Browser, Loop, Tab


@dataclass
class House:
    """A dashboard into which people have signed in: each one's browser."""

    process: Process
    access: Access
    browsers: dict[str, Browser]
    provider: str
    run: Loop

    def open(self, who: str, page: str = "", query: str = "", session: str = "") -> Tab:
        return self.run(Tab.open(self.browsers[who], page, query, session))

    async def sign_in(self, who: str) -> Browser:
        browser = Browser(self.process.url)
        await browser.sign_in(who)
        return browser

    def refused(self, who: str) -> list[str]:
        """What the audit log says was refused to somebody."""
        kept = self.access.kept("event", "who", "what")
        return [what for event, name, what in kept if (event, name) == ("refused", f"{who}@example.test")]

    def asked(self, who: str, path: str, method: str = "GET", **more: object) -> httpx2.Response:
        """What the server answers to a plain request from somebody's browser."""
        browser = self.browsers[who]
        headers = {"X-Xsrftoken": browser.token}
        return self.run(browser.http.request(method, path, headers=headers, **more))


@contextmanager
def furnished(
    folder: Path,
    provider_of: Callable[..., str],
    database: str,
    roles: Mapping[str, str],
    more: str = "",
    module: str = "streamlit",
) -> Iterator[House]:
    """A dashboard of a database, and these people signed in; `nobody` is one without a role.

    `more` begins the settings of access; `module` is run as the server.
    """
    provider = provider_of(*roles, "nobody")
    access = settle_people(folder, more, **roles)
    process = Process(folder, WITHOUT_WORK_AHEAD | _environment(access, database), module)
    write_secrets(folder / "secrets.toml", provider, process.url)
    run = Loop()
    found = House(process, access, {}, provider, run)
    try:
        process.start()
        for who in (*roles, "nobody"):
            found.browsers[who] = run(found.sign_in(who))
        yield found
    finally:
        for browser in found.browsers.values():
            run(browser.close())
        run.close()
        process.stop()


def _environment(access: Access, database: str) -> dict[str, str]:
    own = {
        name: os.environ[name]
        for name in ("PATH", "LANG", "DASHBOARD_DATABASE_URL", "PERSON_KEY_FILE")
        if name in os.environ
    }
    return own | {"DATABASE_URL": database, "ACCESS_FILE": str(access.file)}
