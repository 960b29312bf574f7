"""An answer beside that of an earlier period, like with like (rule 9)."""

from dataclasses import dataclass

import pandas as pd

from data_access.answer import Answer, Note
from data_access.language import format_period
from data_access.measures import dimension, measure
from data_access.period import Period
from data_access.question import TOTAL, Question
from data_access.vocabulary import order_of


@dataclass(frozen=True)
class Comparison:
    """Two answers to one question, of a period and of an earlier one.

    `frame` has a row for each combination of codes of either answer (calendar cells stand under those of
    `now`) and, for each measure m, the columns m, m_before, m_change (in the measure's unit) and m_change_percent
    (of m_before; <NA> when that is 0 or not known).
    """

    now: Answer
    before: Answer
    frame: pd.DataFrame
    notes: tuple[Note, ...]

    @property
    def withheld(self) -> pd.DataFrame:
        """For the rows of `frame` a boolean for each of its figures: whether it is withheld from the audience."""
        by, measures = list(self.now.question.by), self.now.question.measures
        if not any(answer.withheld.to_numpy().any() for answer in (self.now, self.before)):
            return pd.DataFrame(False, self.frame.index, [name for name in self.frame if name not in by])
        hidden = pd.DataFrame(index=self.frame.index)
        for answer, ending in ((self.now, ""), (self.before, "_before")):
            codes = answer.frame[by]
            if ending:
                codes = codes.assign(**{name: _a_year_later(codes, name) for name in by})
            rows = pd.concat([codes, answer.withheld], axis=1)
            found = self.frame[by].merge(rows, on=by, how="left") if by else rows
            for code in measures:
                hidden[f"{code}{ending}"] = found[code].eq(True).to_numpy()
        for code in measures:
            either = hidden[code] | hidden[f"{code}_before"]
            hidden[f"{code}_change"] = hidden[f"{code}_change_percent"] = either
        return hidden


def periods_to_compare(question: Question, coverage, how: str = "year") -> tuple[Period, Period]:
    """The period and the one it is compared with; both cut to as many days as have records when it is not over.

    `how`: `year` is the same days a year before, `previous` the period of the same length just before.
    """
    last = [coverage[s].data_until for s in {measure(m).fact.subject for m in question.measures} if s in coverage]
    now = question.period
    if last and now.start <= min(last) < now.last_day:
        now = now.until(min(last))
    if how == "year":
        return now, now.year_before()
    before = question.period.previous()
    if now != question.period:
        before = Period(before.start, min(before.end, before.start + (now.end - now.start)))
    return now, before


def compare_with(database, question: Question, how: str, ask=None) -> Comparison:
    """Ask a question of its period and of an earlier one, chosen as in `periods_to_compare`.

    `ask` answers one question; by default the database itself (a page passes its cached one). Calendar cells have
    counterparts only a year before: with a calendar dimension another period raises ValueError.
    """
    ask = ask or database.ask
    now_period, before_period = periods_to_compare(question, database.coverage, how)
    if _time_of(question) and before_period != now_period.year_before():
        raise ValueError(f"cells of {before_period.code} have no counterparts in {now_period.code}")
    now, before = ask(question.during(now_period)), ask(question.during(before_period))
    notes = list(now.notes)
    if now_period != question.period:
        params = {
            f"period_{language}": format_period(before_period.start, before_period.end, before_period.code, language)
            for language in ("lv", "en")
        }
        notes.append(Note.of("like_for_like" if how == "year" else "like_for_like_days", **params))
    notes += [note for note in before.notes if note not in notes]
    return Comparison(now, before, _beside(question, now.frame, before.frame, database.vocabulary), tuple(notes))


def compare_with_year_before(database, question: Question, ask=None) -> Comparison:
    """Ask a question of its period and of the same days of the year before."""
    return compare_with(database, question, "year", ask)


def _time_of(question: Question) -> list[str]:
    return [name for name in question.by if dimension(name).kind == "time"]


def _beside(question: Question, now: pd.DataFrame, before: pd.DataFrame, vocabulary) -> pd.DataFrame:
    """Made of lists before it is a frame, as an answer is."""
    by = list(question.by)
    keys = _keys(now, by), _keys(before, by, later=True)
    either = _in_order(list(dict.fromkeys(keys[0] + keys[1])), by, vocabulary)
    columns = {name: pd.Series([key[place] for key in either], dtype="object") for place, name in enumerate(by)}
    figures = {}
    for ending, frame, found in zip(("", "_before"), (now, before), keys, strict=True):
        for code in question.measures:
            held = dict(zip(found, frame[code].tolist(), strict=True))
            # A combination that occurs in one year only did not occur in the other: zero, where that year is known.
            known = {_spell(key, question) for key, figure in held.items() if figure is not pd.NA}
            figures[code, ending] = [
                held[key] if key in held else 0 if _spell(key, question) in known else pd.NA for key in either
            ]
            columns[f"{code}{ending}"] = pd.array(figures[code, ending], dtype=now[code].dtype)
    for code in question.measures:
        pairs = list(zip(figures[code, ""], figures[code, "_before"], strict=True))
        columns[f"{code}_change"] = pd.array([_change(*pair) for pair in pairs], dtype=now[code].dtype)
        columns[f"{code}_change_percent"] = pd.array([_percent(*pair) for pair in pairs], dtype="Float64")
    return pd.DataFrame(columns)


def _in_order(keys: list[tuple[str, ...]], by: list[str], vocabulary) -> list[tuple[str, ...]]:
    if not keys or not by:
        return keys
    return [keys[place] for place in order_of(list(zip(*keys, strict=True)), by, vocabulary, len(keys))]


def _change(now, before):
    return pd.NA if now is pd.NA or before is pd.NA else now - before


def _percent(now, before):
    change = _change(now, before)
    return pd.NA if change is pd.NA or before == 0 else change / before * 100


def _keys(frame: pd.DataFrame, by: list[str], later: bool = False) -> list[tuple[str, ...]]:
    """The codes of each row, calendar cells under those of the year after if `later`."""
    columns = [_a_year_later(frame, name) if later else frame[name].tolist() for name in by]
    return list(zip(*columns, strict=True)) if by else [()] * len(frame)


def _spell(key: tuple[str, ...], question: Question) -> tuple[str, ...]:
    """The calendar cells of a row: the days that it stands for."""
    return tuple(code for name, code in zip(question.by, key, strict=True) if dimension(name).kind == "time")


def _a_year_later(frame: pd.DataFrame, name: str) -> list[str]:
    """The codes of a frame's rows in a dimension, calendar cells under those of the year after."""
    codes = frame[name].tolist()
    if dimension(name).kind != "time":
        return codes
    return [code if code == TOTAL else f"{int(code[:4]) + 1}{code[4:]}" for code in codes]
