"""Templates are the documented format: what they say can be loaded, and nobody real stands in them."""

import csv
import tomllib
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from data_access.errors import UnknownName
from data_access.loading import errors, keys
from data_access.loading.kinds import KINDS
from data_access.loading.mapping import load_mapping, read_mapping
from data_access.loading.parsing import parse
from data_access.loading.reading import read
from data_access.loading.templates import write_templates
from tests.test_words import OWN_WORDS, dictionary, listed_as, own_words, words  # noqa: F401

REPOSITORY = Path(__file__).parents[1]
KEY = b"k" * 32
# Codes and abbreviations in the words of the kinds.
NO_WORDS = {"gadc", "filiale", "Siev", "EUR", "Nr"}


@pytest.fixture(scope="module", params=["lv", "en"])
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[Path]]:
    return request.param, write_templates(tmp_path_factory.mktemp("templates") / "new", request.param)


def test_there_is_a_workbook_and_a_text_for_each_kind(written: tuple[str, list[Path]]) -> None:
    _, paths = written
    assert [path.suffix for path in paths] == [".xlsx", ".csv"] * len(KINDS)
    assert all(path.stat().st_size for path in paths)


def test_templates_are_read_as_their_kind_and_bring_nothing(written: tuple[str, list[Path]]) -> None:
    _, paths = written
    for path, kind in zip(paths, [kind for kind in KINDS.values() for _ in range(2)], strict=True):
        [table] = read(path)
        assert table.kind == kind.name
        assert list(table.headings) == list(kind.names)
        assert table.dropped["reason"].tolist() == ["example"]
        assert [note.reason for note in table.notes] == ["example"]
        found = parse(table, key=KEY)
        assert found.frame.empty
        assert found.rejections.empty


def test_a_filled_template_is_loaded(tmp_path: Path) -> None:
    path = next(path for path in write_templates(tmp_path) if path.name == "veidne_izmaksas.xlsx")
    book = openpyxl.load_workbook(path)
    book.worksheets[0].append(["SP-1", None, "Pabalsts veselības aprūpei", "Naudā", "31.01.2023.", 12.34])
    book.save(path)
    [table] = read(path)
    found = parse(table, key=KEY)
    assert found.frame[["row", "benefit_type", "form", "cents"]].values.tolist() == [[3, "health", "cash", 1234]]


def test_the_text_opens_in_a_spreadsheet(tmp_path: Path) -> None:
    for path in write_templates(tmp_path):
        if path.suffix == ".csv":
            assert path.read_bytes().startswith(b"\xef\xbb\xbf")
            rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))
            assert len(rows) == 2
            assert len(rows[0]) == len(rows[1])


def test_every_column_is_explained(tmp_path: Path) -> None:
    for kind, path in zip(KINDS.values(), write_templates(tmp_path)[::2], strict=True):
        sheet = openpyxl.load_workbook(path)["Paskaidrojumi"]
        rows = list(sheet.iter_rows(min_row=4, values_only=True))
        explained = {row[0]: row for row in rows if row[0]}
        assert list(explained) == [column.heading for column in kind.columns]
        assert all(row[1] and row[2] and row[3] for row in explained.values())
        listed = [row[4] for row in rows if row[4]]
        assert listed == [value.code for column in kind.columns for value in column.values]


def test_examples_are_nobody() -> None:
    for kind in KINDS.values():
        for column in kind.columns:
            for example in (column.example_lv, column.example_en):
                assert not keys.has_personal_code(example)
                if column.type == "personal_code":
                    assert not any(letter.isdigit() for letter in example)
                if column.type == "case_number":
                    assert example in ("PARAUGS-1", "SAMPLE-1")


def test_titles_fit_a_sheet_and_headings_differ() -> None:
    titles = [title for kind in KINDS.values() for title in (kind.title, kind.title_en)]
    assert len(set(titles)) == len(titles)
    assert all(len(title) <= 31 for title in titles)
    for kind in KINDS.values():
        headings = [heading for column in kind.columns for heading in column.headings()]
        assert len(headings) == len(set(headings)), kind.name
        for column in kind.columns:
            assert set(column.other_words.values()) <= set(column.codes)
            for other, codes in column.required_for.items():
                assert set(codes) <= set(kind.column(other).codes)


def latvian() -> Iterator[str]:
    tree = tomllib.loads((REPOSITORY / "data_access/loading/kinds.toml").read_text(encoding="utf-8"))
    for table in tree.pop("values").values():
        yield from (names["lv"] for names in table.values())
    for table in tree.pop("also").values():
        yield from table
    for kind in tree.values():
        yield from (kind["title_lv"], kind["text_lv"])
        for column in kind["columns"]:
            yield from (text for name, text in column.items() if name.endswith("_lv"))
            yield from column.get("also", ())


def test_the_words_of_the_kinds_are_spelt_right(dictionary) -> None:  # noqa: F811
    own = own_words(OWN_WORDS.read_text(encoding="utf-8"))
    found = {word for text in latvian() for word in words(text) if not dictionary.lookup(word)}
    wrong = {word for word in found if not listed_as(word, own)}
    assert wrong <= NO_WORDS


# ── mapping files ────────────────────────────────────────────────────────────────────────────────


def test_the_example_is_right() -> None:
    mapping = load_mapping(REPOSITORY / "examples" / "sopa.toml")
    assert all(mapping.headings_of(kind) for kind in KINDS if kind != "units")
    assert load_mapping(None).fixed_of("payments") == {}


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("[paymnts]", UnknownName, "payments"),
        ("[payments.heading]", UnknownName, "headings"),
        ('[payments.headings]\nX = "Suma"', UnknownName, "Summa"),
        ('[payments.headings]\nX = "payment_dat"', UnknownName, "payment_date"),
        ('[headings]\nX = "Personas kds"', UnknownName, "Personas kods"),
        ('[codes.sx]\nX = "female"', UnknownName, "sex"),
        ('[payments.codes.form]\nX = "in_knd"', UnknownName, "in_kind"),
        ('[payments.codes.form]\nX = "Naud"', UnknownName, "Naudā"),
        ('[payments.fixed]\nform = "cas"', UnknownName, "cash"),
        ('[payments.fixed]\npayment_date = "vakar"', errors.MappingShape, "payments.fixed.payment_date"),
        ('[payments.fixed]\nperson_key = "x"', errors.MappingPersonal, "person_key"),
        ('[payments.codes.household_key]\nX = "x"', errors.MappingPersonal, "household_key"),
        ('[payments.codes.cents]\nX = "5"', errors.MappingShape, "payments.codes.cents"),
        ('[payments.headings]\nX = "Summa"\nx = "Izmaksas datums"', errors.MappingTwice, "x"),
        ("headings = 1", errors.MappingShape, "headings"),
        ("[payments.headings]\nX = 1", errors.MappingShape, "payments"),
        ("[payments.codes]\nform = 1", errors.MappingShape, "payments.codes.form"),
        ("x", errors.MappingUnreadable, "m.toml"),
    ],
)
def test_what_a_mapping_cannot_say_is_named(text: str, error: type, said: str) -> None:
    with pytest.raises(error) as caught:
        read_mapping(text.encode(), "m.toml")
    assert said in caught.value.text("lv")
    assert said in caught.value.text("en")


def test_a_mapping_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(errors.MappingUnreadable, match=r"nav\.toml"):
        load_mapping(tmp_path / "nav.toml")
    with pytest.raises(errors.MappingUnreadable):
        read_mapping("[headings]\nX = 'ā'".encode("cp1257"), "m.toml")
