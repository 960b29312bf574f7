"""An answer as plain records, JSON and CSV, with its notes: for the command line and for programs."""

import csv
import io
from decimal import Decimal
from typing import Any

import pandas as pd

from data_access.answer import Answer
from data_access.language import texts
from data_access.measures import dimension, measure
from data_access.vocabulary import Vocabulary


def sentences(answer: Answer, language: str) -> list[str]:
    """The notes in words, each once: two measures can have one reason."""
    return list(dict.fromkeys(note.text(language) for note in answer.notes))


def records(answer: Answer) -> list[dict[str, Any]]:
    """One dict a row: codes, and figures as int (cents, counts), float (percent) or None (not known, withheld)."""
    rows = answer.frame.to_dict("records")
    figures = answer.question.measures
    return [{**row, **{code: None if pd.isna(row[code]) else row[code] for code in figures}} for row in rows]


def withheld(answer: Answer) -> list[set[str]]:
    """For each row the measures whose figure is withheld from the answer's audience."""
    hidden = answer.withheld.to_dict("records") if len(answer.withheld) else [{}] * len(answer.frame)
    return [{code for code, is_hidden in row.items() if is_hidden} for row in hidden]


def as_json(answer: Answer, language: str) -> dict[str, Any]:
    """The answer as an object: what was asked, rows (money as a text in euros with two decimals), notes, as of.

    `withheld` names for each row the measures that are null because they are not for the audience.
    """
    question = answer.question
    return {
        "measures": list(question.measures),
        "by": list(question.by),
        "where": {name: list(codes) for name, codes in question.where},
        "period": question.period.code,
        "audience": question.audience,
        "rows": [{name: _plain(name, value) for name, value in row.items()} for row in records(answer)],
        "withheld": [sorted(hidden) for hidden in withheld(answer)],
        "notes": sentences(answer, language),
        "data_until": answer.as_of.data_until.isoformat(),
        "loaded_at": answer.as_of.loaded_at.isoformat(),
        "demonstration": answer.as_of.demonstration,
    }


def as_csv(answer: Answer, vocabulary: Vocabulary, language: str) -> str:
    """The answer as CSV: for each dimension its code and its name, euros with two decimals, notes as `# ` lines.

    A figure that is not known is empty, one that is withheld has the mark `words.withheld`.
    """
    question = answer.question
    out = io.StringIO()
    for sentence in sentences(answer, language):
        out.write(f"# {sentence}\n")
    writer = csv.writer(out, lineterminator="\n")
    header = [column for name in question.by for column in (name, dimension(name).name(language))]
    writer.writerow([*header, *question.measures])
    mark = texts(language)("words.withheld")
    for row, hidden in zip(records(answer), withheld(answer), strict=True):
        labels = [column for name in question.by for column in (row[name], vocabulary.label(name, row[name], language))]
        writer.writerow([*labels, *(mark if code in hidden else _plain(code, row[code]) for code in question.measures)])
    return out.getvalue()


def _plain(name: str, value: Any) -> Any:
    if value is not None and not isinstance(value, str) and measure(name).unit == "cents":
        return str((Decimal(value) / 100).quantize(Decimal("0.01")))
    return value
