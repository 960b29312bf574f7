"""Texts become days, cents, codes and keys; what cannot is rejected without showing anybody."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.language import LANGUAGES
from data_access.loading import keys
from data_access.loading.kinds import KINDS
from data_access.loading.mapping import NO_MAPPING, Mapping, load_mapping, read_mapping
from data_access.loading.parsing import HIDDEN, Parsed, Rejection, parse
from data_access.loading.reading import read
from data_access.loading.values import BadValue, Codes, read_cents, read_day

KEY = b"k" * 32
TODAY = date(2024, 1, 31)
PERSON = "320000-00000"  # new style: says nothing of anybody
BORN = "0101901000"
OLD = BORN + keys.control_digit(BORN)

PAYMENT = {"household_key": "SP-1", "benefit_type": "gmi", "payment_date": "31.01.2023.", "cents": "5,00"}
MEMBER = {"household_key": "SP-1", "person_key": PERSON, "member_from": "01.01.2023."}
VISIT = {"branch": "gadc_ogre", "visit_date": "31.01.2023.", "person_key": PERSON}
CONSULTATION = {"consultation_date": "31.01.2023.", "person_key": PERSON}
UNIT = {"unit_kind": "psychologist", "code": "PSI-1", "workload": "full_time", "valid_from": "01.01.2020."}


def parsed(kind: str, *rows: dict[str, str], mapping: Mapping = NO_MAPPING, name: str = "a.csv", **options) -> Parsed:
    """The rows as a file would have them."""
    names = [column for column in KINDS[kind].names if any(column in row for row in rows)]
    lines = [names, *([row.get(column, "") for column in names] for row in rows)]
    text = "\r\n".join(";".join('"' + cell.replace('"', '""') + '"' for cell in line) for line in lines)
    [table] = read(text.encode(), name, mapping)
    return parse(table, mapping, KEY, today=TODAY, **options)


def value(kind: str, row: dict[str, str], column: str, **options):
    """What one text becomes."""
    found = parsed(kind, row, **options)
    assert found.rejections.empty, found.rejections.to_dict("records")
    return found.frame.at[0, column]


def rejected(kind: str, row: dict[str, str], **options) -> dict:
    found = parsed(kind, row, **options)
    [rejection] = found.rejections.to_dict("records")
    assert found.frame.empty
    for language in LANGUAGES:
        assert Rejection(**rejection).why(language)
        assert Rejection(**rejection).how_to_mend(language)
    return rejection


# ── days ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    [
        "31.12.2023.",
        "31.12.2023",
        "2023-12-31",
        "31/12/2023",
        "2023.12.31.",
        "31-12-2023",
        "45291",
        "2023-12-31 14:30",
        "2023-12-31T14:30:00",
        "31.12.2023 9:05:00",
        "31.12.2023. 14:30",
    ],
)
def test_days(text: str) -> None:
    assert read_day(text) == date(2023, 12, 31)


@pytest.mark.parametrize(
    "text", ["31.12.23", "29.02.2023.", "12/31/2023", "32.13.2023.", "01.01.0001.", "01.01.9999.", "2023-1", "2023",
             "123456", "٣١.١٢.٢٠٢٣", "31.12/2023", "decembris", "nan", "00.00.0000."]
)  # fmt: skip
def test_what_is_no_day(text: str) -> None:
    with pytest.raises(BadValue, match="bad_date"):
        read_day(text)


@given(st.dates(date(1850, 1, 1), date(2100, 12, 31)))
def test_every_day_is_read_as_it_is_written(day: date) -> None:
    for text in (f"{day:%d.%m.}{day.year}.", f"{day.day}.{day.month}.{day.year}", day.isoformat()):
        assert read_day(text) == day


# ── amounts ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("1 234,56", 123456),
        ("1\u00a0234,56 €", 123456),
        ("1234.56", 123456),
        ("1,234.56", 123456),
        ("1.234,56", 123456),
        ("1'234.56", 123456),
        ("1 234 567,8", 123456780),
        ("€ 12", 1200),
        ("12 EUR", 1200),
        ("12,5 eiro", 1250),
        ("-5,00", -500),
        ("−5,00", -500),
        ("- 5,00 €", -500),
        ("5,00-", -500),
        ("(1 000,00)", -100000),
        ("(1 000,00 €)", -100000),
        ("+5", 500),
        ("0,1", 10),
        ("0.3", 30),
        ("12.5000", 1250),
        ("0,500", 50),
        ("1234,500", 123450),
        ("1.234.567", 123456700),
        ("5,", 500),
        ("0", 0),
    ],
)
def test_amounts(text: str, cents: int) -> None:
    assert read_cents(text) == cents


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1.234", "unclear_amount"),
        ("1,234", "unclear_amount"),
        ("0,001", "part_of_cent"),
        ("12.3456", "part_of_cent"),
        ("12 34", "bad_amount"),
        ("1,234,56", "bad_amount"),
        ("1.234.56", "bad_amount"),
        ("--5", "bad_amount"),
        ("1e5", "bad_amount"),
        ("5 USD", "bad_amount"),
        ("divi", "bad_amount"),
        ("٣", "bad_amount"),
        ("€", "bad_amount"),
        ("NaN", "bad_amount"),
        ("9" * 400, "amount_too_large"),
        ("99999999999999,00", "amount_too_large"),
    ],
)
def test_what_is_no_amount(text: str, reason: str) -> None:
    with pytest.raises(BadValue, match=reason):
        read_cents(text)


@given(st.integers(-(10**11), 10**11), st.sampled_from([" ", "", "\u00a0"]), st.sampled_from(["", " €"]))
def test_every_amount_is_read_as_it_is_written(cents: int, group: str, unit: str) -> None:
    whole = f"{abs(cents) // 100:,}".replace(",", group)
    text = f"{'-' if cents < 0 else ''}{whole},{abs(cents) % 100:02}{unit}"
    assert read_cents(text) == cents
    assert read_cents(str(Decimal(cents) / 100)) == cents


# ── codes ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", KINDS)
def test_every_code_is_read_by_code_and_by_name(kind: str) -> None:
    for column in KINDS[kind].columns:
        if not column.values:
            continue
        codes = Codes(column)
        for one in column.values:
            for word in (one.code, one.name_lv, one.name_en, one.name_lv.upper(), f" {one.name_lv}. "):
                assert (codes.read if column.type == "value" else codes.read_several)(word) == one.code


@pytest.mark.parametrize("word", ["birzgales pagasts", "BIRZGALES PAG.", "Birzgales  pagasts", "birzgale"])
def test_case_diacritics_and_spaces_make_no_difference(word: str) -> None:
    assert value("members", MEMBER | {"territory": word}, "territory") == "birzgale"
    assert value("members", MEMBER | {"territory": "Kegums"}, "territory") == "kegums"


@pytest.mark.parametrize(
    "text",
    [
        "trauksme;Depresija",
        "Depresija, Trauksme",
        "anxiety ; depression ;",
        "Depresija\nTrauksme",
        "Trauksme;Trauksme;Depresija",
    ],
)
def test_several_codes(text: str) -> None:
    assert value("consultations", CONSULTATION | {"problem_areas": text}, "problem_areas") == "depression;anxiety"


def test_a_name_with_commas_is_one() -> None:
    text = "Psihiskas saslimšanas, invaliditāte, garīga rakstura traucējumi, Trauksme"
    found = value("consultations", CONSULTATION | {"problem_areas": text}, "problem_areas")
    assert found == "anxiety;mental_illness_disability"


def test_an_unknown_code_names_the_nearest() -> None:
    found = rejected("payments", PAYMENT | {"benefit_type": "Pabalsts veselibas aprupe"})
    assert (found["column"], found["reason"]) == ("benefit_type", "unknown_code_nearest")
    assert found["params"] == {"nearest": "Pabalsts veselības aprūpei"}
    assert rejected("payments", PAYMENT | {"form": "xyz"})["reason"] == "unknown_code"
    assert rejected("statuses", {"household_key": "1", "status": "none", "valid_from": "01.01.2023."})


def test_units_may_be_new_and_must_be_codes() -> None:
    assert value("visits", VISIT | {"branch": "jauna_filiale"}, "branch") == "jauna_filiale"
    assert (
        value("visits", VISIT | {"branch": "Jaunā filiāle"}, "branch", known={"branch": {"j": "Jaunā filiāle"}}) == "j"
    )
    assert rejected("visits", VISIT | {"branch": "Jaunā filiāle"})["reason"] == "not_a_code"
    for name in ("Paraudziņa Anna", "Anna", "Anna-Anna"):
        found = rejected("consultations", CONSULTATION | {"psychologist": name})
        assert (found["reason"], found["value"]) == ("not_a_code", HIDDEN)


def test_a_psychologist_has_no_name() -> None:
    assert pd.isna(value("units", UNIT | {"name": "Anna"}, "name"))


# ── empty cells ──────────────────────────────────────────────────────────────────────────────────


def test_empty_is_missing_where_it_may_be() -> None:
    found = parsed("members", MEMBER).frame.iloc[0]
    assert found.drop(["household_key", "person_key", "member_from", "file", "sheet", "row"]).isna().all()


@pytest.mark.parametrize("column", ["household_key", "benefit_type", "payment_date", "cents"])
def test_empty_is_rejected_where_it_may_not_be(column: str) -> None:
    found = parsed("payments", PAYMENT, PAYMENT | {column: ""}, PAYMENT)
    assert list(found.frame["row"]) == [2, 4]
    assert found.rejections[["row", "column", "reason"]].values.tolist() == [[3, column, "missing"]]


def test_what_a_unit_needs_depends_on_what_it_is() -> None:
    rows = [{"unit_kind": kind, "code": kind} for kind in ("centre", "branch", "psychologist")]
    found = parsed("units", *rows).rejections
    assert found[["row", "column"]].values.tolist() == [
        [2, "name"],
        [3, "name"],
        [3, "parent"],
        [3, "valid_from"],
        [4, "workload"],
        [4, "valid_from"],
    ]


def test_a_bad_value_is_rejected_once() -> None:
    assert rejected("payments", PAYMENT | {"cents": "daudz"})["reason"] == "bad_amount"


@pytest.mark.parametrize(
    ("text", "reason"), [("#REF!", "excel_error"), ("#N/A", "excel_error"), ("####", "excel_error"),
                         ("#FORMULA", "no_result"), ("=1+1", "unknown_code"), ("🎉", "unknown_code")]
)  # fmt: skip
def test_what_a_spreadsheet_shows_in_place_of_a_value(text: str, reason: str) -> None:
    found = rejected("payments", PAYMENT | {"form": text})
    assert (found["reason"], found["value"]) == (reason, text)


# ── mapping ──────────────────────────────────────────────────────────────────────────────────────


def test_words_of_a_mapping_and_fixed_values() -> None:
    mapping = read_mapping(
        '[codes.sex]\n"F" = "Sievietes"\n"?" = ""\n[payments.fixed]\nform = "natūrā"\n'
        '[consultations.codes.psychologist]\n"Kabinets 5" = "PSI-5"\n'.encode(),
        "m.toml",
    )
    assert value("members", MEMBER | {"sex": "f"}, "sex", mapping=mapping) == "female"
    assert pd.isna(value("visits", VISIT | {"sex": "?"}, "sex", mapping=mapping))
    assert value("payments", PAYMENT, "form", mapping=mapping) == "in_kind"
    found = parsed("payments", PAYMENT | {"form": "cash"}, PAYMENT, mapping=mapping)
    assert list(found.frame["form"]) == ["cash", "in_kind"]
    row = CONSULTATION | {"psychologist": "kabinets 5"}
    assert value("consultations", row, "psychologist", mapping=mapping) == "PSI-5"


def test_the_example_of_a_mapping_reads_its_export() -> None:
    mapping = load_mapping(Path(__file__).parents[1] / "examples" / "sopa.toml")
    export = (
        "Lietas ID;PK;Uzvārds;Pabalsta kods;Izm. veids;Maks. dat.;Izmaksāts, EUR\r\n"
        f"SP-1;{PERSON};Paraudziņš;VES;Konts;31.01.2023.;12,34\r\n"
    )
    [table] = read(export.encode("cp1257"), "sopa.csv", mapping)
    found = parse(table, mapping, KEY, today=TODAY)
    assert found.rejections.empty
    assert found.frame.loc[0, ["benefit_type", "form", "cents"]].tolist() == ["health", "cash", 1234]


# ── people ───────────────────────────────────────────────────────────────────────────────────────


def test_codes_and_case_numbers_become_keys() -> None:
    found = parsed("members", MEMBER, MEMBER | {"household_key": "sp – 1", "person_key": PERSON.replace("-", "")}).frame
    assert set(found["person_key"]) == {keys.person_key(KEY, PERSON.replace("-", ""))}
    assert set(found["household_key"]) == {keys.household_key(KEY, "SP-1")}


def test_the_birth_date_of_a_code_fills_an_empty_cell() -> None:
    rows = [MEMBER | {"person_key": OLD}, MEMBER | {"person_key": OLD, "birth_date": "02.02.1990."}, MEMBER]
    found = parsed("members", *rows).frame["birth_date"]
    assert found.dt.date.tolist()[:2] == [date(1990, 1, 1), date(1990, 2, 2)]
    assert pd.isna(found[2])


@pytest.mark.parametrize("column", KINDS["members"].names)
@pytest.mark.parametrize("code", [PERSON, PERSON.replace("-", ""), OLD, "000000 – 00000", f"x {OLD} y", OLD[1:]])
def test_a_personal_code_in_any_column_is_shown_to_nobody(column: str, code: str) -> None:
    found = parsed("members", MEMBER | {column: code}, MEMBER, name=f"{code}.csv")
    seen = "".join(
        [found.frame.to_csv(), found.rejections.to_csv(), found.rejected.to_csv(), found.dropped.to_csv(), repr(found)]
    )
    for written in (code, OLD, OLD[1:], PERSON, PERSON.replace("-", "")):
        assert written not in seen
    if KINDS["members"].column(column).type not in ("personal_code", "case_number"):
        assert found.rejections["reason"].tolist() == ["personal_in_text"]


@pytest.mark.parametrize(
    "name", ["Paraudziņš", "PARAUDZIŅŠ ANNA", "Anna Paraudziņa", "Paraudziņa-Anna", "Brīvības iela 1-2"]
)
def test_a_name_in_the_wrong_column_is_not_shown(name: str) -> None:
    for column in ("territory", "sex", "birth_date", "activity"):
        found = parsed("members", MEMBER | {column: name})
        assert found.rejections["value"].tolist() == [HIDDEN]
        assert name not in found.rejected.to_csv()


@pytest.mark.parametrize(("column", "text"), [("member_to", "31.02.2023."), ("sex", "siev"), ("territory", "Ogres"),
                                              ("territory", "Birzgales p."), ("activity", "x1")])  # fmt: skip
def test_a_value_that_is_nobody_is_shown_and_kept_to_be_mended(column: str, text: str) -> None:
    found = parsed("members", MEMBER | {column: text})
    if found.rejections.empty:
        assert (column, text) == ("sex", "siev")
        return
    assert found.rejections["value"].tolist() == [text]
    assert found.rejected.at[0, column] == text
    assert found.rejected.at[0, "person_key"] == found.rejected.at[0, "household_key"] == ""


@pytest.mark.parametrize("text", ["-", "—", " . ", "x" * 300])
def test_what_is_no_case_number(text: str) -> None:
    assert rejected("payments", PAYMENT | {"household_key": text})["reason"] == "bad_case_number"


# ── the frame ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", KINDS)
def test_a_typed_table_has_its_columns_and_types(kind: str) -> None:
    row = {"members": MEMBER, "payments": PAYMENT, "visits": VISIT, "consultations": CONSULTATION, "units": UNIT}.get(
        kind, {"household_key": "SP-1", "status": "needy", "valid_from": "01.01.2023."}
    )
    for found in (parsed(kind, row), parsed(kind, row | {KINDS[kind].columns[0].name: ""})):
        assert list(found.frame) == [*KINDS[kind].names, "file", "sheet", "row"]
        for column in KINDS[kind].columns:
            expected = {"date": "datetime64[us]", "cents": "int64"}.get(column.type, "str")
            assert str(found.frame[column.name].dtype) == expected
        assert str(found.frame["row"].dtype) == "int64"
        assert list(found.rejections) == list(Rejection._fields)
        assert found.rows_read == 1


def test_a_row_with_too_many_cells_is_rejected() -> None:
    [table] = read(b"household_key;benefit_type;payment_date;cents\r\nSP-1;gmi;31.01.2023.;1;234\r\n", "a.csv")
    assert parse(table, NO_MAPPING, KEY).rejections["reason"].tolist() == ["too_many_cells"]
