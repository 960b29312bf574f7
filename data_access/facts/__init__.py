"""The records that can be counted, and how each is split: tables, joins and the rules of counting in SQL.

A fact is a relation with one row for each thing that a measure counts or adds up. Its dimensions are
expressions over it; a dimension that needs a further table joins it when it is asked for. The rules are
those of `counting.md`, by number where they are applied.
"""

from collections.abc import Mapping

from data_access.facts import day_centres, payment_members, payments, psychologists, statuses
from data_access.facts.people import OF_AGE, OF_OWN_AGE
from data_access.facts.psychologists import OF_WHOLE_PERIOD
from data_access.facts.scope import BITS_OF_A_UNIT, Fact, Scope, Through

FACTS: Mapping[str, Fact] = {
    fact.code: fact
    for module in (payments, payment_members, statuses, psychologists, day_centres)
    for fact in module.FACTS
}

# What these say of a person depends on the whole period that is asked about: of a part of it they say something else.
OF_THE_PERIOD = OF_AGE | OF_WHOLE_PERIOD

__all__ = ["BITS_OF_A_UNIT", "FACTS", "OF_AGE", "OF_OWN_AGE", "OF_THE_PERIOD", "Fact", "Scope", "Through"]
