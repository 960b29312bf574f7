"""Questions that are often asked, as addresses: places to begin from."""

from collections.abc import Mapping

from data_access import answerable, measure
from data_access.telling.builder.asking import question_of
from data_access.telling.builder.reading import read
from data_access.telling.builder.request import AUDIENCE
from data_access.telling.builder.world import World

# Codes of the catalogue's `builder.preset_…` and what they ask; without a period it is the newest year.
PRESETS: Mapping[str, Mapping[str, str]] = {
    "needy_children": {
        "m": "households_assisted,spend",
        "rows": "month",
        "status": "needy",
        "children_in_household": "with",
        "form": "cash",
    },
    "benefits_changed": {"m": "spend", "rows": "benefit", "compare": "year", "sort": "spend.change"},
    "largest_benefits": {"m": "spend", "rows": "benefit", "share": "total", "sort": "spend", "top": "5"},
    "benefits_by_place": {"m": "spend", "rows": "territory", "col": "month"},
    "statuses_by_year": {"m": "households_with_status", "rows": "year", "col": "status", "period": "all"},
    "members_by_place": {"m": "persons_with_status", "rows": "territory", "col": "member_group"},
    "problems_by_age": {"m": "psychologist_clients", "rows": "problem_area", "col": "age_group"},
    "visits_by_month": {"m": "visits", "rows": "branch", "col": "month"},
}


def offered(world: World, audience: str) -> list[str]:
    """Those about which there are records, and which the audience may ask."""
    return [name for name in PRESETS if _has_records(name, world) and _may_be_asked(name, world, audience)]


def _has_records(name: str, world: World) -> bool:
    return measure(PRESETS[name]["m"].split(",")[0]).fact.subject in world.coverage


def _may_be_asked(name: str, world: World, audience: str) -> bool:
    request, troubles = read({**PRESETS[name], AUDIENCE: audience}, world)
    if not world.may_ask(question_of(request, world)):
        return False
    return not troubles and answerable(question_of(request, world), world.coverage)
