"""What the server tells those who watch it: that it lives, and whether visitors would be answered.

`/livez` asks nobody: who gets no answer starts the process anew. `/healthz` looks at the database: 200, or 503 while
there is none to ask; starting anew would not help.
"""

import asyncio
from datetime import date
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from data_access import Health, read_health

PATIENCE = 3  # seconds until a database that says nothing counts as away
SILENT = "silent"
_VERSION = Path(__file__).parents[2] / "VERSION"  # written where the program is installed: docs/operating.en.md
_NEVER_KEPT = {"Cache-Control": "no-store"}


def program_version() -> str:
    """Which version of the program runs; `development` where it was not installed."""
    return _VERSION.read_text(encoding="utf-8").strip() if _VERSION.exists() else "development"


class _Looking:
    """One look at the database at a time, however many ask, as each may hold a thread while a server hangs."""

    def __init__(self) -> None:
        self._now: asyncio.Future[Health] | None = None

    async def found(self) -> Health:
        if self._now is None or self._now.done():
            self._now = asyncio.ensure_future(asyncio.to_thread(read_health))
        done, _ = await asyncio.wait({self._now}, timeout=PATIENCE)
        return self._now.result() if done else Health(SILENT)


def routes() -> list[Route]:
    """`/livez` and `/healthz`."""
    looking = _Looking()

    async def alive(_request: Request) -> JSONResponse:
        return JSONResponse({"alive": True, "version": program_version()}, headers=_NEVER_KEPT)

    async def ready(_request: Request) -> JSONResponse:
        found = await looking.found()
        return JSONResponse(_told(found), 200 if found.ready else 503, headers=_NEVER_KEPT)

    return [Route("/livez", alive), Route("/healthz", ready)]


def _told(found: Health) -> dict[str, object]:
    until, loaded = found.data_until, found.loaded_at
    return {
        "ready": found.ready,
        "database": found.database,
        "data_until": until and until.isoformat(),
        "data_age_days": until and (date.today() - until).days,
        "loaded_at": loaded and f"{loaded.isoformat()}Z",
        "schema_version": found.schema_version,
        "version": program_version(),
    }
