"""Different things counted by words of bits: one row holds 64 neighbouring numbers, a bit each.

To count different persons by month and in all, an engine keeps each (month, person) in a table, twice. Sixty-four
persons with neighbouring numbers in one word are a tenth of the rows, and a total of words is their OR: 2.9 s instead
of 8.4 for persons by month 2011–2023 of 43 municipalities (27 million pairs), and PostgreSQL need not sort.
"""

from typing import ClassVar

from sqlalchemy import BigInteger, ColumnElement, Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.visitors import InternalTraversal

_BITS = 64


class _OfNumber(ColumnElement):
    type = BigInteger()
    _traverse_internals: ClassVar = [("of", InternalTraversal.dp_clauseelement)]

    def __init__(self, of: ColumnElement):
        self.of = of


class word_of(_OfNumber):
    """Which word a thing stands in, by its number."""

    type = Integer()
    inherit_cache = True


class bit_of(_OfNumber):
    """The word in which only a thing's own bit is set. Only `bit_or` and `ones` read it: its sign means nothing."""

    inherit_cache = True


class ones(_OfNumber):
    """How many bits of a word are set."""

    inherit_cache = True


@compiles(word_of)
def _word(element: word_of, compiler, **options) -> str:
    return f"CAST({compiler.process(element.of.self_group(), **options)} >> {_BITS.bit_length() - 1} AS INTEGER)"


@compiles(bit_of)
def _bit(element: bit_of, compiler, **options) -> str:
    return f"(CAST(1 AS BIGINT) << CAST({_place(element, compiler, options)} AS INTEGER))"


@compiles(bit_of, "duckdb")
def _unsigned_bit(element: bit_of, compiler, **options) -> str:
    # The highest bit would be an overflow of a signed number.
    return f"(CAST(1 AS UBIGINT) << CAST({_place(element, compiler, options)} AS UBIGINT))"


def _place(element: bit_of, compiler, options) -> str:
    return f"({compiler.process(element.of.self_group(), **options)} & {_BITS - 1})"


@compiles(ones)
def _ones(element: ones, compiler, **options) -> str:
    return f"bit_count(CAST({compiler.process(element.of, **options)} AS BIT({_BITS})))"


@compiles(ones, "duckdb")
def _ones_of_duckdb(element: ones, compiler, **options) -> str:
    return f"bit_count({compiler.process(element.of, **options)})"
