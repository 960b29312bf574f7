"""Views of the table builder that visitors have saved."""

import json
from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Boolean, Column, DateTime, Integer, String, Table, Text, UniqueConstraint, or_, select

from data_access.errors import ViewGone, ViewNameTaken, ViewNotSaved, ViewWithoutName
from data_access.question import AUDIENCES, INTERNAL
from data_access.saved.place import LONGEST_NAME, LONGEST_WHO, Place, cut, folded, metadata

LONGEST_DESCRIPTION = 500  # letters
AUDIENCE = "audience"  # as an address names it

_views = Table(
    "saved_views",
    metadata,
    Column("view_id", Integer, primary_key=True),
    Column("name", String(LONGEST_NAME), nullable=False),
    Column("name_key", String(LONGEST_NAME * 3), nullable=False),
    Column("description", String(LONGEST_DESCRIPTION), nullable=False),
    Column("who", String(LONGEST_WHO), nullable=False),
    Column("who_key", String(LONGEST_WHO * 3), nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("address", Text, nullable=False),
    Column("saved_at", DateTime, nullable=False),
    Column("figures", Text),
    UniqueConstraint("who_key", "name_key"),
    sqlite_autoincrement=True,  # the number of a deleted view is in links: no other view may get it
)


@dataclass(frozen=True)
class SavedView:
    """A saved view: `address` are the choices that make it; a frozen one keeps its `figures` as of `saved_at` (UTC).

    In a list `figures` is left out.
    """

    view_id: int
    name: str
    description: str
    who: str
    shared: bool
    address: Mapping[str, str]
    saved_at: datetime
    frozen: bool
    figures: str | None = None

    @property
    def audience(self) -> str:
        """For whom it shows figures."""
        return self.address.get(AUDIENCE, INTERNAL)

    def of(self, who: str) -> bool:
        """Whether somebody who calls himself so saved it."""
        return folded(self.who) == folded(who)


class SavedViews:
    """The saved views. Every method raises SavedUnavailable or SavedVersion where there is nothing to talk to."""

    def __init__(self) -> None:
        self._place = Place(_views, ViewNameTaken, ViewNotSaved)

    def seen_by(self, who: str, audiences: Container[str] = AUDIENCES) -> list[SavedView]:
        """Shared views that are for some audiences, and somebody's own, by name: their names and descriptions may tell
        figures."""
        chosen = or_(_views.c.shared, _views.c.who_key == folded(who))
        columns = [column for column in _views.c if column is not _views.c.figures]
        query = select(*columns, _views.c.figures.is_not(None).label("frozen")).where(chosen)
        found = [_view(row) for row in self._place.rows(query.order_by(_views.c.name_key, _views.c.view_id))]
        return [view for view in found if view.of(who) or view.audience in audiences]

    def get(self, view_id: int, who: str) -> SavedView:
        """One view with its figures. Raises ViewGone if it is not there, or is somebody else's own."""
        query = select(_views, _views.c.figures.is_not(None).label("frozen")).where(
            _views.c.view_id == view_id, or_(_views.c.shared, _views.c.who_key == folded(who))
        )
        for row in self._place.rows(query):
            return _view(row)
        raise ViewGone()

    def save(
        self,
        name: str,
        who: str,
        address: Mapping[str, str],
        description: str = "",
        shared: bool = False,
        figures: str | None = None,
    ) -> int:
        """Saves a view, frozen if it has figures, and returns its number.

        Raises ViewWithoutName, ViewNameTaken, ViewNotSaved.
        """
        values = _named(name, description) | {
            "who": cut(who, LONGEST_WHO),
            "who_key": folded(cut(who, LONGEST_WHO)),
            "shared": shared,
            "address": json.dumps(dict(address), ensure_ascii=False),
            "figures": figures,
            "saved_at": datetime.now(UTC).replace(tzinfo=None, microsecond=0),
        }
        if not values["who"]:
            raise ViewWithoutName()
        with self._place.writing() as connection:
            return connection.execute(_views.insert().values(values)).inserted_primary_key[0]

    def rename(self, view_id: int, who: str, name: str, description: str) -> None:
        """Gives one's own view another name and description. Raises ViewGone, ViewWithoutName, ViewNameTaken."""
        with self._place.writing() as connection:
            self._one(connection.execute(_own(_views.update(), view_id, who).values(_named(name, description))))

    def delete(self, view_id: int, who: str) -> None:
        """Deletes one's own view. Raises ViewGone."""
        with self._place.writing() as connection:
            self._one(connection.execute(_own(_views.delete(), view_id, who)))

    @staticmethod
    def _one(result) -> None:
        if result.rowcount != 1:
            raise ViewGone()


def _own(statement, view_id: int, who: str):
    return statement.where(_views.c.view_id == view_id, _views.c.who_key == folded(who))


def _named(name: str, description: str) -> dict[str, str]:
    short = cut(name, LONGEST_NAME)
    if not short:
        raise ViewWithoutName()
    return {
        "name": short,
        "name_key": folded(short),
        "description": cut(description, LONGEST_DESCRIPTION),
    }


def _view(row) -> SavedView:
    values = row._mapping
    return SavedView(
        values["view_id"],
        values["name"],
        values["description"],
        values["who"],
        values["shared"],
        json.loads(values["address"]),
        values["saved_at"],
        values["frozen"],
        values.get("figures"),
    )
