"""The outsider attacks everything that is published to the council; no figure that has to be protected falls."""

import pandas as pd
import pytest
import sqlalchemy

from data_access import Database, measure, open_database
from data_access.protection import masking
from data_access.protection.choosing import Choice
from data_access.protection.cuts import cuts, families
from tests.infrastructure.attack import Tables, ways_of_asking

SMALLEST, FEWEST, PERCENT = 5, 3, 10
COUNTS = ("persons", "households")
ROUNDING = 1e-4  # of a linear program


@pytest.fixture(scope="module")
def database(demonstration_url) -> Database:
    return open_database(demonstration_url)


def tables_of(database: Database, family: str, year: int) -> Tables:
    tables = Tables()
    for cut in cuts():
        measures = [code for code in cut.measures if measure(code).unit != "percent"]
        if cut.family == family:
            for by in ways_of_asking(cut.by):
                tables.take(database, measures, year, by)
    return tables


def payments(database: Database, year: int) -> pd.DataFrame:
    """Every payment of a year with what it can be split by: the slow way to see whose money a cell is."""
    query = f"""
        SELECT p.household_id, p.cents, p.form, p.status, p.territory, h.population, t.benefit, b.benefit_group,
            CASE WHEN b.social_assistance THEN 'yes' ELSE 'no' END AS social_assistance,
            strftime(p.payment_date, '%Y-%m') AS month
        FROM payments p JOIN households h USING (household_id) LEFT JOIN benefit_types t USING (benefit_type)
            LEFT JOIN benefits b USING (benefit) WHERE year(p.payment_date) = {year}"""
    with database.engine.connect() as connection:
        found = pd.read_sql(sqlalchemy.text(query), connection)
    number = found["month"].str[5:].astype(int)
    found["quarter"] = found["month"].str[:5] + "Q" + ((number - 1) // 3 + 1).astype(str)
    found["half_year"] = found["month"].str[:5] + "H" + ((number - 1) // 6 + 1).astype(str)
    return found.fillna("unknown")


def room_of_money(cell: frozenset, records: pd.DataFrame) -> float:
    """By how much the second household must misjudge the first: p % rule; 0 if the sum may be shown."""
    for name, code in cell:
        records = records[records[name] == code]
    each = records.groupby("household_id")["cents"].sum().sort_values(ascending=False)
    if each.empty:
        return 0
    others = max(each.iloc[2:].sum(), 0)
    room = each.iloc[0] * PERCENT / 100 - others
    return max(room, 100) if len(each) < FEWEST or room > 0 else 0


def fallen(tables: Tables, records: pd.DataFrame) -> list:
    """Figures that had to be protected and that an outsider can work out too closely, or that are simply shown."""
    needed = {}
    for (code, cell), value in tables.true.items():
        if measure(code).unit in COUNTS and 0 < value < SMALLEST:
            needed[code, cell] = (1, SMALLEST)
        elif code == "spend" and (room := room_of_money(cell, records)):
            needed[code, cell] = (value - room, value + room)
        elif code == "visits" and 0 < tables.true["visitors", cell] < SMALLEST:
            needed[code, cell] = (min(value - 1, value * 0.9), max(value + 1, value * 1.1))
    shown = [key for key in needed if key not in tables.withheld]
    ranges = tables.ranges([key for key in needed if key in tables.withheld])
    close = [
        (key, tables.true[key], found, needed[key])
        for key, found in ranges.items()
        if found[0] > needed[key][0] + max(1, abs(found[0])) * ROUNDING
        or found[1] < needed[key][1] - max(1, abs(found[1])) * ROUNDING
    ]
    return [*shown, *close]


@pytest.mark.parametrize("family", families())
@pytest.mark.parametrize("year", [2023, 2022])
def test_no_figure_of_the_demonstration_falls(database, family, year):
    tables = tables_of(database, family, year)
    assert tables.true
    assert fallen(tables, payments(database, year)) == []


def test_without_further_cells_figures_fall(demonstration_url, monkeypatch):
    # Hiding the small figures alone is no protection: this is what the attack is for.
    monkeypatch.setattr(masking, "choose", lambda system: Choice(system.sensitive, proven=False))
    database = Database(open_database(demonstration_url).engine)
    assert len(fallen(tables_of(database, "psychologists", 2023), payments(database, 2023))) >= 5
