"""Where households live: towns and parishes by their share of the people, with some removals."""

import numpy as np
import pandas as pd

from data_access.demo.assistance.dates import END, REFORM
from data_access.demo.assistance.world import World

OLD = {"ogre": 69, "ogresgals": 8, "madliena": 5, "suntazi": 5, "taurupe": 2.6, "krape": 2, "keipene": 2.6,
       "laubere": 2, "mazozoli": 1.6, "mengele": 2}  # fmt: skip
"""The municipality before July 2021, with weights by people."""

NEW = {"ikskile": 28, "lielvarde": 23, "kegums": 9, "tinuzi": 13, "birzgale": 6, "jumprava": 6, "ledmane": 4,
       "lielvarde_parish": 4, "rembate": 4, "tome": 3}  # fmt: skip
"""What joined it in July 2021."""

MOVES, UNKNOWN = 0.09, 0.008
"""Shares of households that move once, and whose residence is not known."""


class Places:
    """One or two residences of each household."""

    def __init__(self, world: World, formed: np.ndarray, dissolved: np.ndarray) -> None:
        rng, number = world.rng, len(world)
        self.formed, self.dissolved = formed, dissolved
        until = np.where(np.isnat(dissolved), END, dissolved)
        room = (until - formed).astype(int)
        self.moves = (rng.random(number) < MOVES) & (room > 700)
        self.moved_on = formed + 200 + (rng.random(number) * (room - 400).clip(1)).astype(int)
        old, new = _draw(rng, OLD, number), _draw(rng, NEW, number)
        in_new = world.households["new_unit"] | (world.households["ukrainian"] & (rng.random(number) < 0.35))
        self.first = np.where(in_new, new, old)
        anywhere = np.where(rng.random(number) < 0.3, _draw(rng, NEW, number), _draw(rng, OLD, number))
        self.second = np.where(self.moved_on < REFORM, _draw(rng, OLD, number), anywhere)
        self.moves &= self.first != self.second
        self.unknown = rng.random(number) < UNKNOWN

    def on(self, household: np.ndarray, date: np.ndarray) -> np.ndarray:
        """Territory of households on days; None: unknown."""
        later = self.moves[household] & (date >= self.moved_on[household])
        place = np.where(later, self.second[household], self.first[household])
        return np.where(self.unknown[household], None, place)

    def residences(self) -> pd.DataFrame:
        """Rows of the table, by household and time."""
        household = np.concatenate([np.arange(len(self.first)), np.flatnonzero(self.moves)])
        again = np.arange(len(household)) >= len(self.first)
        until = np.where(self.moves, self.moved_on - 1, self.dissolved)
        frame = pd.DataFrame(
            {
                "household_id": household + 1,
                "territory": np.where(again, self.second[household], self.first[household]),
                "valid_from": np.where(again, self.moved_on[household], self.formed[household]),
                "valid_to": np.where(again, self.dissolved[household], until[household]),
            }
        )
        frame["territory"] = frame["territory"].astype(object).mask(self.unknown[household], None)
        return frame.sort_values(["household_id", "valid_from"], ignore_index=True)


def _draw(rng, weights: dict[str, float], number: int) -> np.ndarray:
    share = np.array(list(weights.values()))
    return np.array(list(weights))[rng.choice(len(share), number, p=share / share.sum())]
