"""What a role gives: read from `roles.toml`, the one table, and bound to nobody yet."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from data_access.errors import NotAllowed
from data_access.measures import dimension, dimensions_of, measure, measures
from data_access.question import AUDIENCES, COUNCIL, Question
from data_access.vocabulary import Vocabulary

TABLE = Path(__file__).parent / "roles.toml"
DEPARTMENT_HEAD = "department_head"
OPEN = "open"  # nobody signs in

Rows = tuple[tuple[str, tuple[str, ...]], ...]
"""By dimension the values of the only records that are counted."""

_PARENTS = {"branch": "centre"}  # whose values belong to one of another dimension


@dataclass(frozen=True)
class Access:
    """What one visitor may do. Nothing is given that is not named: `Access("x")` gives nothing.

    `closed` are the codes of dimensions that may not be used; `demonstration_only` keeps real records away. `ask` says
    whom to ask for more. An `Access` only refuses or narrows; it holds no data.
    """

    role: str
    department: str | None = None
    pages: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    downloads: bool = False
    loading: bool = False
    records: bool = False
    rows: Rows = ()
    demonstration_only: bool = False
    ask: str = ""

    @property
    def whole(self) -> bool:
        """Whether every exact figure of every record is open: what the annual report and the check are made of."""
        everything = {one.fact.subject for one in measures().values()} <= set(self.subjects)
        return everything and not self.closed and not self.rows and set(AUDIENCES) <= set(self.audiences)

    def opens(self, page: str) -> bool:
        return page in self.pages

    def audience(self, asked: str) -> str:
        """The audience for whom figures are told to this visitor when another one is asked for."""
        return asked if asked in self.audiences else COUNCIL

    def require_page(self, page: str) -> None:
        """Raises NotAllowed for a page that the role does not open."""
        if not self.opens(page):
            raise NotAllowed("page", self.ask, page=page)

    def require(self, what: str) -> None:
        """Raises NotAllowed unless the role gives `downloads`, `loading`, `records` or `whole`."""
        if not getattr(self, what):
            raise NotAllowed(what, self.ask)

    def admitted(self, question: Question) -> Question:
        """The question as it is answered to this visitor: of an audience and of records that are open to her.

        Raises NotAllowed for measures, dimensions and records that are not. What was chosen is never narrowed in
        silence: only where nothing was chosen of a limited dimension, what is open of it is.
        """
        if not self.audiences:
            raise NotAllowed("anything", self.ask)
        for code in question.measures:
            if not self.measures_open(code):
                raise NotAllowed("measure", self.ask, measure(code).name)
        where = dict(question.where)
        for name in (*question.by, *where):
            if name in self.closed:
                raise NotAllowed("dimension", self.ask, dimension(name).name)
        for name, codes in self.rows:
            chosen = where.setdefault(name, codes)
            if not chosen or not set(chosen) <= set(codes):
                raise NotAllowed("rows", self.ask, dimension(name).name)
        return replace(question, where=tuple(sorted(where.items())), audience=self.audience(question.audience))

    def measures_open(self, code: str) -> bool:
        """Whether a measure is of an open subject and can be limited to the open records."""
        of_subject = measure(code).fact.subject in self.subjects
        return of_subject and all(name in dimensions_of(code) for name, _ in self.rows)

    def of_vocabulary(self, vocabulary: Vocabulary) -> Vocabulary:
        """The values that can be chosen: none of a closed dimension, of a limited one those that are open."""
        kept = {}
        limits = dict(self.rows)
        for name, values in vocabulary.items():
            if name in self.closed:
                values = ()
            if name in limits:
                values = tuple(value for value in values if value.code in limits[name])
            if _PARENTS.get(name) in limits:
                values = tuple(value for value in values if value.parent in limits[_PARENTS[name]])
            kept[name] = values
        return Vocabulary(kept)


@cache
def table() -> Mapping:
    """The table as it stands in its file."""
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


def roles() -> tuple[str, ...]:
    return tuple(table()["roles"])


def departments() -> tuple[str, ...]:
    return tuple(table()["departments"])


def access(role: str, department: str | None = None, rows: Rows = (), ask: str = "") -> Access:
    """What a role gives; of a head what her department does, too. `rows` limit further, and never widen.

    Raises KeyError for a role or department that is not in the table, or a head without one.
    """
    given = table()["roles"][role]
    found = _access(role, given, ask)
    if role == DEPARTMENT_HEAD:
        found = _with_department(found, table()["departments"][department], department)
    return replace(found, rows=_limited(found.rows, rows))


def open_access(demonstration_only: bool) -> Access:
    """Everything but what needs a name: for a dashboard into which nobody signs in."""
    everything = access("director")
    pages = tuple(page for page in everything.pages if page != "audits")
    return replace(everything, role=OPEN, pages=pages, demonstration_only=demonstration_only)


def _access(role: str, given: Mapping, ask: str) -> Access:
    plain = {name: given[name] for name in ("downloads", "loading", "records") if name in given}
    lists = {name: tuple(given.get(name, ())) for name in ("pages", "subjects", "audiences")}
    return Access(role, closed=_closed_but(given.get("closed", ())), rows=_rows(given), ask=ask, **plain, **lists)


def _with_department(head: Access, given: Mapping, department: str) -> Access:
    return replace(
        head,
        department=department,
        pages=(*given.get("pages", ()), *head.pages),
        subjects=(*head.subjects, *given.get("subjects", ())),
        closed=tuple(name for name in head.closed if name in _closed_but(given.get("closed", ()))),
        rows=_limited(head.rows, _rows(given)),
    )


def _closed_but(named: Iterable[str]) -> tuple[str, ...]:
    return tuple(code for name, codes in table()["closed"].items() if name not in named for code in codes)


def _rows(given: Mapping) -> Rows:
    return tuple((name, tuple(codes)) for name, codes in given.get("rows", {}).items())


def _limited(rows: Rows, further: Rows) -> Rows:
    """Records that meet both limits."""
    limits = dict(rows)
    for name, codes in further:
        limits[name] = tuple(code for code in limits.get(name, codes) if code in codes)
    return tuple(limits.items())
