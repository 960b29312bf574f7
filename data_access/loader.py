"""The door for loading: what a page needs to plan a load, bring it in, take it back and look at earlier ones.

The dashboard reads with a role that may not write; what is here opens the address of the owner
(LOADING_DATABASE_URL), and only while it works.
"""

import io
import os
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from data_access.access.table import Access
from data_access.database import address, writing_role_allowed
from data_access.errors import DatabaseError, DatabaseUnavailable, NotChanged
from data_access.loading import applying
from data_access.loading.applying import LoadResult, Progress
from data_access.loading.keys import has_personal_code
from data_access.loading.kinds import KINDS
from data_access.loading.mapping import configured_mapping
from data_access.loading.months import runs
from data_access.loading.plan import Change, Part, Plan, Source
from data_access.loading.plan import plan as make_plan
from data_access.loading.rejected import heading_of, how_to_mend, why
from data_access.loading.templates import write_templates
from data_access.pointer import BeingWritten

__all__ = [
    "KINDS",
    "PASSING",
    "Change",
    "LoadResult",
    "LoadingElsewhere",
    "LoadingNotSet",
    "Part",
    "Plan",
    "apply",
    "configured_mapping",
    "forget_frames",
    "has_personal_code",
    "heading_of",
    "how_to_mend",
    "loading_address",
    "plan",
    "rejected_list",
    "rejected_rows",
    "runs",
    "sample_mapping",
    "templates",
    "undo",
    "why",
    "without_records",
]

ENVIRONMENT = "LOADING_DATABASE_URL"
SAMPLE_MAPPING = Path(__file__).parent.parent / "examples" / "sopa.toml"
# What may be over when the same load is tried again.
PASSING = (BeingWritten, DatabaseUnavailable, NotChanged)


class LoadingNotSet(DatabaseError):
    """The dashboard may only read its PostgreSQL database, and has no address for loading."""

    key = "errors.loading_not_set"


class LoadingElsewhere(DatabaseError):
    """The address for loading is another database than the one that the pages read."""

    key = "errors.loading_elsewhere"


def loading_address() -> str:
    """Where a page's loads go: LOADING_DATABASE_URL; on DuckDB, where one file is read and loaded, it may be absent.

    Raises LoadingNotSet, and LoadingElsewhere where engine or database differ; hosts may, as replicas are read.
    """
    read = address()
    own = os.environ.get(ENVIRONMENT)
    if not own:
        if read.get_backend_name() != "duckdb":
            raise LoadingNotSet()
        return read.render_as_string(hide_password=False)
    load = address(own)
    if (load.get_backend_name(), load.database) != (read.get_backend_name(), read.database):
        raise LoadingElsewhere(read=read.database, load=load.database)
    return own


def plan(
    access: Access, files: Iterable[Source], mapping: Source | None = None, progress: Progress | None = None
) -> Plan:
    """Reads and checks files against the database at the address for loading; raises NotAllowed, and as
    `loading.plan.plan`."""
    access.require("loading")
    with writing_role_allowed():
        planned = make_plan(files, url=loading_address(), mapping=mapping, progress=progress)
    for _, error in planned.unread:
        forget_frames(error)
    return planned


def forget_frames(error: BaseException | None) -> None:
    """Frees what the functions had at hand that an error has come through: contents of files among it."""
    while error is not None:
        behind = error.__cause__ or error.__context__
        error.__traceback__ = error.__cause__ = error.__context__ = None
        error = behind


def apply(access: Access, planned: Plan, who: str, progress: Progress | None = None) -> LoadResult:
    """Brings a plan into the database; raises NotAllowed, and as `Plan.apply`."""
    access.require("loading")
    with writing_role_allowed():
        return planned.apply(who, progress)


def rejected_list(planned: Plan, language: str) -> bytes:
    """A workbook of what is wrong and how to mend it in the export. It has no rows: loaded by themselves before their
    load, mended rows would replace the month that they belong to."""
    return rejected_rows(replace(planned, rejected_rows={}), language, None)


def rejected_rows(planned: Plan, language: str, load_id: int | None) -> bytes:
    """The same with the rejected rows, which can be mended and added to their load."""
    out = io.BytesIO()
    planned.write_rejected(out, language, load_id)
    return out.getvalue()


def without_records(planned: Plan) -> Plan:
    """A plan that has been applied: what was rejected is left, the accepted rows are let go."""
    return replace(planned, accepted={}, origins={})


def undo(access: Access, load_id: int, who: str) -> LoadResult:
    """Takes a load back; raises NotAllowed, and as `applying.undo`."""
    access.require("loading")
    with writing_role_allowed():
        return applying.undo(loading_address(), load_id, who=who)


@cache
def templates(language: str) -> dict[tuple[str, str], tuple[str, bytes]]:
    """(kind, ending) → name and content of the template."""
    with TemporaryDirectory() as folder:
        paths = write_templates(folder, language)
        kinds = [kind for kind in KINDS for _ in range(len(paths) // len(KINDS))]
        return {
            (kind, path.suffix[1:]): (path.name, path.read_bytes()) for kind, path in zip(kinds, paths, strict=True)
        }


def sample_mapping() -> tuple[str, bytes]:
    """Name and content of a mapping file for exports such as SOPA might give."""
    return SAMPLE_MAPPING.name, SAMPLE_MAPPING.read_bytes()
