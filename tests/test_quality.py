"""The quality of the data: counted a second time in plain Python, and hand-made months, odd ones and seasonal ones."""

import random
from collections import Counter
from datetime import date, datetime

import pytest

from data_access import (
    EMPTY,
    FEW,
    ODD,
    OPEN,
    QUALITY_SUBJECTS,
    USUAL,
    Month,
    Period,
    Question,
    measure,
    open_database,
    read_load_warnings,
    read_loads,
    read_open_rejected,
    read_quality,
    warnings_of,
)
from data_access.completeness import judged
from data_access.coverage import Coverage
from data_access.language import texts
from data_access.load_log import reason_key, why_rejected
from data_access.profile import SHOULD_BE_KNOWN
from tests.infrastructure.case_database import Case
from tests.infrastructure.slow_answers import slow_answer, spans
from tests.test_answers import fill

TODAY = date(2024, 2, 20)

# ── months ───────────────────────────────────────────────────────────────────────────────────────

# A year of benefits: in summer schools are closed, and in July there is a little more than half of the usual.
SEASON = [230, 235, 240, 230, 215, 150, 122, 140, 220, 230, 232, 225]


def months_of(counts: dict[str, int], first: str, last: str) -> dict[str, Month]:
    days = date.fromisoformat(first), date.fromisoformat(last)
    return {month.month: month for month in judged("assistance", counts, Coverage.of([days]))}


def seasonal(years: range) -> dict[str, int]:
    return {f"{year}-{month:02}": SEASON[month - 1] for year in years for month in range(1, 13)}


def odd(months: dict[str, Month]) -> dict[str, str]:
    return {code: month.state for code, month in months.items() if month.state in ODD}


def test_a_season_is_nothing_odd_even_of_a_single_year() -> None:
    for years in (range(2023, 2024), range(2020, 2024)):
        months = months_of(seasonal(years), f"{years[0]}-01-01", "2023-12-31")
        assert not odd(months)
        assert {month.state for month in months.values()} == {USUAL}


@pytest.mark.parametrize("month", [f"{year}-{number:02}" for year in (2021, 2023) for number in range(1, 13)])
def test_a_month_with_a_third_of_its_rows_stands_out_and_no_other(month: str) -> None:
    """Also a July, and also the last month of all."""
    counts = seasonal(range(2020, 2024))
    whole = counts[month]
    counts[month] = whole // 3
    months = months_of(counts, "2020-01-01", "2023-12-31")
    assert odd(months) == {month: FEW}
    assert months[month].usual == pytest.approx(whole, rel=0.1)
    assert months[month].share == pytest.approx(100 / 3, rel=0.1)


@pytest.mark.parametrize("missing", [1, 2, 5, 9])
def test_months_without_any_records_between_loaded_ones_stand_out_most(missing: int) -> None:
    counts = seasonal(range(2020, 2024))
    gone = [f"{2021 + number // 12}-{number % 12 + 1:02}" for number in range(4, 4 + missing)]
    for month in gone:
        del counts[month]
    assert odd(months_of(counts, "2020-01-01", "2023-12-31")) == dict.fromkeys(gone, EMPTY)


def test_growth_and_decline_for_good_are_nothing_odd() -> None:
    counts = {
        f"{year}-{month:02}": 600 if year == 2022 else 100 for year in (2021, 2022, 2023) for month in range(1, 13)
    }
    assert not odd(months_of(counts, "2021-01-01", "2023-12-31"))


def test_a_month_that_is_not_over_and_one_before_the_first_record_are_not_judged() -> None:
    counts = {month: count for month, count in seasonal(range(2022, 2024)).items() if month >= "2022-03"}
    counts["2023-12"] = 10
    months = months_of(counts, "2022-01-01", "2023-12-15")
    assert not odd(months)
    assert months["2023-12"].state == OPEN
    assert months["2022-02"].state == "not_judged"


def test_a_month_that_was_never_loaded_is_empty_and_one_loaded_in_part_is_not_judged() -> None:
    counts = seasonal(range(2023, 2024))
    del counts["2023-05"]
    counts["2023-09"] = 20
    spans = [("2023-01-01", "2023-04-30"), ("2023-06-01", "2023-09-03"), ("2023-10-01", "2023-12-31")]
    days = Coverage.of((date.fromisoformat(first), date.fromisoformat(last)) for first, last in spans)
    months = {month.month: month for month in judged("assistance", counts, days)}
    assert odd(months) == {"2023-05": EMPTY}
    assert [code for code, month in months.items() if month.state == OPEN] == ["2023-09"]


def test_where_few_records_are_usual_chance_is_not_suspected() -> None:
    small = [6, 9, 2, 7, 5, 8, 4, 7, 6, 2, 8, 5]
    counts = {f"2023-{month:02}": count for month, count in enumerate(small, start=1)}
    assert not odd(months_of(counts, "2023-01-01", "2023-12-31"))
    del counts["2023-06"]
    assert odd(months_of(counts, "2023-01-01", "2023-12-31")) == {"2023-06": EMPTY}


def test_two_months_of_records_say_nothing_of_the_usual() -> None:
    months = months_of({"2023-01": 300, "2023-02": 2}, "2023-01-01", "2023-02-28")
    assert {month.usual for month in months.values()} == {None}
    assert not odd(months)


def test_the_demonstration_is_odd_only_where_the_pandemic_emptied_the_day_centre(demonstration_url: str) -> None:
    """State of emergency from 12 March 2020; in the second winter the published visits of a year are few."""
    quality = read_quality(open_database(demonstration_url))
    found = {(month.subject, month.month): month.state for month in quality.months if month.state in ODD}
    emergency = {"2020-03": FEW, "2020-04": EMPTY, "2020-05": EMPTY, "2021-01": FEW, "2021-02": FEW}
    assert found == {("day_centres", month): state for month, state in emergency.items()}


def test_any_month_of_the_demonstration_cut_to_a_third_stands_out(demonstration_url: str) -> None:
    months = read_quality(open_database(demonstration_url)).months
    for subject in ("assistance", "status"):
        counts = {month.month: month.rows for month in months if month.subject == subject}
        for month in [code for code in counts if "2015" < code < "2016" or code > "2022"]:
            cut = counts | {month: counts[month] // 3}
            days = Coverage.of([(date(2011, 1, 1), date(2023, 12, 31))])
            found = odd({m.month: m for m in judged(subject, cut, days)})
            # Statuses are decided in quarters: a third of such a month is still more than half of the ones between.
            assert found == {month: FEW} or (subject == "status" and found == {} and month[-2:] in QUARTERS), month


QUARTERS = ("01", "04", "07", "10")

# ── counted a second time ────────────────────────────────────────────────────────────────────────

DAY = {
    "assistance": ("payments", "payment_date"),
    "status": ("status_decisions", "valid_from"),
    "psychologists": ("consultations", "consultation_date"),
    "day_centres": ("visits", "visit_date"),
}


def slow_months(case: Case, subject: str) -> Counter:
    """Months of the covered days that have rows."""
    table, day = DAY[subject]
    loads = spans(case.rows, subject)
    first, last = min(load["data_from"] for load in loads), max(load["data_until"] for load in loads)
    return Counter(f"{row[day]:%Y-%m}" for row in case.rows[table] if first <= row[day] <= last)


def slow_unknown(case: Case, year: int) -> dict[tuple[str, str], tuple[int, int]]:
    found = {}
    for code, names in SHOULD_BE_KNOWN.items():
        [whole] = slow_answer(case.rows, Question.of(code, year)).values()
        for name in names:
            [unknown] = slow_answer(case.rows, Question.of(code, year, where={name: "unknown"})).values()
            found[code, name] = unknown[code], whole[code]
    return found


@pytest.mark.parametrize("seed", [1, 3, 5])
def test_rows_and_unknowns_are_those_of_a_slow_count(case: Case, seed: int) -> None:
    fill(case, random.Random(seed).choice)
    quality = read_quality(case.database)
    for subject in QUALITY_SUBJECTS:
        counted = {month.month: month.rows for month in quality.months if month.subject == subject and month.rows}
        assert counted == slow_months(case, subject)
    for year in (2021, 2022, 2023, 2024):
        counted = {(one.measure, one.dimension): (one.unknown, one.whole) for one in quality.unknown_in(year)}
        expected = slow_unknown(case, year)
        assert {key: found for key, found in expected.items() if found[1]} == {
            key: found for key, found in counted.items() if found[1]
        }


def test_unknowns_of_the_demonstration_are_those_of_its_questions(demonstration_url: str) -> None:
    database = open_database(demonstration_url)
    for one in read_quality(database).unknown_in(2023):
        asked = Question.of(one.measure, 2023, where={one.dimension: "unknown"})
        assert (one.unknown, one.whole) == (
            database.ask(asked).value(),
            database.ask(Question.of(one.measure, 2023)).value(),
        )


# ── what has to be said of a period ──────────────────────────────────────────────────────────────


def payments(case: Case, months: int = 12, each: int = 20, **more) -> int:
    home = case.household()
    for month in range(1, months + 1):
        for _ in range(each):
            case.payment(home, date(2023, month, 10), **more)
    return home


def said(case: Case, period: str, *subjects: str, today: date = TODAY) -> list[str]:
    notes = warnings_of(read_quality(case.database), subjects or ("assistance",), Period.parse(period), today)
    return [note.text("lv").replace("\u00a0", " ") for note in notes]


def loaded(case: Case, subject: str = "assistance", last: str = "2023-12-31", **more) -> int:
    case.load(subject, "2023-01-01", last, **more)
    return len(case.rows["loads"])


def test_nothing_is_said_of_records_that_are_as_they_should_be(case: Case) -> None:
    payments(case)
    loaded(case)
    assert said(case, "2023") == []


def test_a_month_with_a_third_of_its_rows_is_named_in_its_own_periods_only(case: Case) -> None:
    payments(case, each=21)
    case.rows["payments"] = [
        row for row in case.rows["payments"] if row["payment_date"].month != 3 or row["payment_id"] % 3 == 0
    ]
    loaded(case)
    sentence = "Pabalsti: mazāk nekā puse no parastā ierakstu skaita – 2023. gada marts (33 %)."
    assert said(case, "2023") == said(case, "2023-03") == said(case, "2023-02-20..2023-03-01") == [sentence]
    assert said(case, "2023-02") == said(case, "2023", "psychologists") == []


def test_many_empty_months_are_counted_and_not_all_named(case: Case) -> None:
    payments(case)
    case.rows["payments"] = [row for row in case.rows["payments"] if row["payment_date"].month not in range(4, 10)]
    loaded(case)
    [sentence] = said(case, "2023")
    assert sentence.startswith("Pabalsti: nav neviena ieraksta – 2023. gada aprīlis, ")
    assert sentence.endswith("2023. gada jūlijs un vēl 2 mēneši.")


@pytest.mark.parametrize(
    ("today", "late"),
    [(date(2023, 12, 15), False), (date(2023, 12, 16), True), (date(2024, 6, 1), True), (date(2023, 11, 30), False)],
)
def test_data_are_late_when_the_month_should_be_there_by_now(case: Case, today: date, late: bool) -> None:
    """A month is loaded by the 15th of the next, as the state's monthly return is due then."""
    payments(case, months=10)
    loaded(case, last="2023-10-31")
    assert said(case, "2023", today=today) == (["Pabalsti: dati ir tikai līdz 31.10.2023."] if late else [])
    assert said(case, "2023-10", today=today) == []


def reject(case: Case, load: int, row: int, *, kind: str = "payments", reason: str = "zero", **more) -> None:
    case.log(
        "rejected_rows",
        **{
            "load_id": load,
            "kind": kind,
            "file_name": "maksājumi.csv",
            "sheet": None,
            "row": row,
            "column_name": "Summa",
            "value": "0,00",
            "reason": texts("lv")(f"loading.why.{reason}", **more.pop("params", {})),
            "resolved_by": None,
            **more,
        },
    )


def test_open_rejected_rows_are_said_of_the_days_of_their_load_once_a_row(case: Case) -> None:
    payments(case)
    load = loaded(case)
    for row in (4, 5, 5):
        reject(case, load, row)
    reject(case, load, 6, resolved_by=2)
    assert said(case, "2023-07") == ["Pabalsti: 2 noraidītas rindas vēl nav izlabotas."]
    assert said(case, "2022") == said(case, "2023", "day_centres") == []
    rows = read_open_rejected(case.database)
    assert [(one.row, one.key) for one in rows] == [(4, "zero"), (5, "zero"), (5, "zero")]
    assert rows[0].mend("lv") == "Ierakstiet summu vai izdzēsiet rindu."


def test_rejected_members_concern_everything_counted_by_household(case: Case) -> None:
    payments(case)
    load = loaded(case)
    reject(case, load, 9, kind="members")
    assert said(case, "2023", "assistance", "status", "psychologists") == [
        "Pabalsti: 1 noraidīta rinda vēl nav izlabota.",
        "Mājsaimniecību statusi: 1 noraidīta rinda vēl nav izlabota.",
    ]


def test_what_an_undone_load_rejected_is_no_longer_open(case: Case) -> None:
    payments(case)
    load = loaded(case)
    reject(case, load, 4)
    case.log("load_warnings", load_id=load, kind="payments", warning="odd", month=202303, count=2)
    loaded(case)
    case.rows["loads"][load - 1] |= {"undone_at": datetime(2024, 1, 5), "undone_by": "x"}
    assert said(case, "2023") == []
    assert read_open_rejected(case.database) == read_load_warnings(case.database) == []
    assert {one.load_id for one in read_loads(case.database) if one.undone_at} == {load}


def test_much_that_is_unknown_is_said_of_its_year(case: Case) -> None:
    home = payments(case, each=19)
    for month in range(1, 13):
        case.payment(home, date(2023, month, 11), territory=None)  # 12 of 240: five of a hundred
        case.payment(home, date(2022, month, 11))
    case.load("assistance", "2022-01-01", "2023-12-31")
    sentence = "Izmaksu skaits, 2023. gads: „Pilsēta vai pagasts” nav zināms 5,0 % gadījumu."
    assert said(case, "2023-02") == [sentence]
    assert said(case, "2022") == []
    case.payment(home, date(2023, 1, 12))  # 12 of 241
    assert said(case, "2023-02") == []


def test_the_gravest_is_said_first(case: Case) -> None:
    payments(case, months=10, form=None)
    case.rows["payments"] = [row for row in case.rows["payments"] if row["payment_date"].month != 5]
    load = loaded(case, last="2023-10-31")
    reject(case, load, 4)
    notes = warnings_of(read_quality(case.database), ["assistance"], Period.year(2023), TODAY)
    kinds = [note.kind for note in notes]
    assert kinds == ["quality_empty", "quality_late", "quality_rejected", "quality_unknown"]


# ── loads and reasons ────────────────────────────────────────────────────────────────────────────


def test_every_reason_is_known_again_by_its_stored_sentence() -> None:
    """Filled with whatever may stand there, a full stop and another reason's words included."""
    said = texts("lv")
    reasons = {key.removeprefix("loading.why.") for key in said.starting_with("loading.why.")}
    filled = {"earlier": "x", "today": TODAY, "file": "a.b.csv", "row": 4, "other": TODAY, "day": TODAY}
    filled |= {"nearest": "Vērtība nav norādīta.", "most": 200}
    assert len(reasons) > 30
    for key in reasons:
        assert reason_key(said(f"loading.why.{key}", **filled)) == key
        for language in ("lv", "en"):
            assert "{" not in why_rejected(key, language)
            assert f"loading.mend.{key}" in texts(language)
    assert reason_key("Kaut kas cits.") is None


def test_loads_are_told_with_their_files_and_sums_the_newest_first(case: Case) -> None:
    payments(case)
    load = loaded(case)
    case.rows["load_subjects"][-1] |= {"cents_before": 100, "cents_after": 250, "rows_before": 1, "rows_after": 3}
    case.log(
        "load_files",
        load_id=load,
        kind="payments",
        file_hash="0" * 64,
        file_name="maksājumi.csv",
        rows_read=4,
        rows_accepted=3,
        rows_rejected=1,
    )
    found = {one.load_id: one for one in read_loads(case.database)}
    assert list(found) == sorted(found, reverse=True)
    [changed], [file] = found[load].subjects, found[load].files
    assert (changed.rows_before, changed.rows_after, changed.cents_before, changed.cents_after) == (1, 3, 100, 250)
    assert (file.name, file.subject, file.rows_accepted, file.rows_rejected) == ("maksājumi.csv", "assistance", 3, 1)


def test_every_measure_that_pages_split_is_watched() -> None:
    watched = {measure(code).fact.subject for code in SHOULD_BE_KNOWN}
    assert watched == set(QUALITY_SUBJECTS)
