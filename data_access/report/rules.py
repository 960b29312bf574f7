"""What the report says of income thresholds: those that came into force in the year, and once which are not known."""

from collections.abc import Sequence
from datetime import date, timedelta

from data_access.report.outline import Threshold, thresholds
from data_access.report.words import Shown, words


def thresholds_of(rule: str, year: int) -> str:
    """The thresholds of a rule that came into force in the year; empty if none is known."""
    t, said = words(), []
    for one in _of_year(rule, year):
        amounts = {name: Shown(getattr(one, name), "cents") for name in ("first_person", "other_persons")}
        share = t("report.said.share_of_median", percent=one.percent) if one.percent else ""
        said.append(t(f"report.rules.{rule}", day=one.valid_from, share=share, **amounts))
    return ". ".join(said)


def thresholds_unknown(rules: Sequence[str], year: int) -> list[str]:
    """Until when the thresholds of the year are not known, a sentence for those alike."""
    t, until = words(), {}
    for rule in rules:
        first = min((one.valid_from for one in _of_year(rule, year)), default=None)
        if first != date(year, 1, 1):
            until.setdefault(first and first - timedelta(days=1), []).append(rule)
    said = []
    for day, several in until.items():
        span = "until" if day else "year"
        if len(several) == len(rules):
            said.append(t(f"report.unknown_rules.all_{span}", day=day, year=str(year)))
        else:
            names = " un ".join(t(f"report.rule_names.{rule}") for rule in several)
            said.append(t(f"report.unknown_rules.some_{span}", day=day, rules=names, year=str(year)))
    return said


def _of_year(rule: str, year: int) -> list[Threshold]:
    return [one for one in thresholds().get(rule, ()) if one.valid_from.year == year]
