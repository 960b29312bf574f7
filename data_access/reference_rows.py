"""The rows of the reference tables that come with the program: `data_access/reference/*.csv`."""

from pathlib import Path

import pandas as pd
from sqlalchemy import Connection

from data_access import schema
from data_access.bulk import append

FOLDER = Path(__file__).parent / "reference"
# In the order of their references.
TABLES = (
    "territories",
    "benefits",
    "benefit_types",
    "centres",
    "branches",
    "problem_areas",
    "problem_categories",
    "series_events",
)
_OF_THE_PROGRAM = 0  # in place of a load's number


def reference_frames(*further_events: Path) -> dict[str, pd.DataFrame]:
    """A frame for each reference table; `further_events` are CSV files of more breaks and gaps."""
    frames = {name: _read(FOLDER / f"{name}.csv") for name in TABLES[:-1]}
    for name, frame in frames.items():
        frame["sort_order"] = range(1, len(frame) + 1)
        if "load_id" in schema.metadata.tables[name].c:
            frame["load_id"] = _OF_THE_PROGRAM
    areas = frames["problem_areas"]
    areas["bit"] = [2**place for place in range(len(areas))]
    bits = dict(zip(areas["problem_area"], areas["bit"], strict=True))
    sets = frames["problem_categories"].pop("problem_areas").fillna("")
    frames["problem_categories"]["bits"] = [sum(bits[area] for area in names.split(";") if area) for names in sets]
    events = [_read(path) for path in (FOLDER / "series_events.csv", *further_events)]
    frames["series_events"] = pd.concat(
        [frame.dropna(axis="columns", how="all") for frame in events], ignore_index=True
    )
    frames["series_events"]["event_id"] = range(1, len(frames["series_events"]) + 1)
    return frames


def fill_reference(connection: Connection) -> None:
    """Puts the reference rows into empty tables."""
    for name, frame in reference_frames().items():
        append(connection, schema.metadata.tables[name], frame)


def _read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, keep_default_na=False, na_values=[""])
