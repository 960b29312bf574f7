"""Protection of what leaves the service (audience `council`), so that nobody can be found in it. docs/protection.md

A closed list of tables; small figures withheld; further ones chosen so that no withheld figure can be worked out from
all that is published of its family and year.
"""

from data_access.protection.cuts import families, family_of
from data_access.protection.family import Family
from data_access.protection.listing import is_listed, refuse_unlisted, years_of
from data_access.protection.masking import Mask, make_masks, masked

__all__ = [
    "Family",
    "Mask",
    "families",
    "family_of",
    "is_listed",
    "make_masks",
    "masked",
    "refuse_unlisted",
    "years_of",
]
