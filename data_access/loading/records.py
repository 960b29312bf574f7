"""Typed tables of accepted rows become records: people and households by their keys, then what happened to them.

A typed table has the columns that `docs/loading.md` lists; a missing value is missing, never an empty text.
"""

from collections.abc import Callable, Mapping

import pandas as pd
from sqlalchemy import Connection

from data_access import schema
from data_access.loading.record_events import (
    resolve_again,
    write_consultations,
    write_payments,
    write_statuses,
    write_visits,
)
from data_access.loading.record_people import write_households, write_members, write_persons
from data_access.loading.record_units import write_units
from data_access.loading.replacing import analyze
from data_access.loading.staging import DAYS, Load


def write(
    connection: Connection,
    load_id: int,
    accepted: Mapping[str, pd.DataFrame],
    *,
    replacing: bool,
    progress: Callable[[float, str], None],
) -> None:
    """Writes the rows of each kind; where `replacing`, in place of what they cover (docs/loading.md)."""
    load = Load(connection, load_id, replacing)
    if "units" in accepted:
        write_units(load, accepted["units"])
    progress(0.1, "people")
    persons = write_persons(load, accepted)
    homes = write_households(load, accepted)
    progress(0.3, "records")
    writers = {
        "members": write_members,
        "statuses": write_statuses,
        "payments": write_payments,
        "visits": write_visits,
        "consultations": write_consultations,
    }
    analyze(connection, [schema.persons, schema.households])
    for place, kind in enumerate(kind for kind in writers if kind in accepted):
        frame = accepted[kind]
        ids = {"person_id": persons.get(kind), "household_id": homes.get(kind)}
        frame = frame.assign(**{name: values for name, values in ids.items() if values is not None})
        if kind in DAYS:
            frame = frame.assign(**{DAYS[kind]: pd.to_datetime(frame[DAYS[kind]])})
            frame = frame.sort_values(DAYS[kind], kind="stable", ignore_index=True)
        writers[kind](load, frame)
        progress(0.3 + 0.1 * (place + 1), "records")
    if {"members", "statuses"} & accepted.keys():
        resolve_again(load, statuses_reach_further="statuses" in accepted)
