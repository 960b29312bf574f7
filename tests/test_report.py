"""The annual report of 2023, made from the demonstration database and read back, against the published one."""

import csv
import difflib
import io
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn
from lxml import etree

from data_access import COUNCIL, INTERNAL, WITHHELD, Database, NotForCouncil, Question, Withheld, measure, open_database
from data_access.__main__ import main
from data_access.errors import NoRecordsOfYear, TemplateStyles
from data_access.report import Report, as_docx, as_xlsx, make_report
from data_access.report.charts import can_be_drawn
from data_access.report.model import Heading, Text
from data_access.report.outline import outline
from data_access.report.words import Shown
from data_access.together import figures
from tests.infrastructure.documents import Section, fields, numbers, read_docx, sections
from tests.infrastructure.rendered import rendered

PUBLISHED = Path(__file__).parent.parent / "data_access" / "published"
GAP = "nav publicēts"
MARK = "(k)"
NAMESPACES = {"c": "http://schemas.openxmlformats.org/drawingml/2006/chart"}


def rows(name: str) -> list[dict[str, str]]:
    with (PUBLISHED / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


FIGURES = {row["figure_id"]: row for row in rows("published_figures.csv")}
READINGS = {row["figure_id"]: row["reading"] for row in rows("readings.csv")}
ASKED = {row["figure_id"] for row in rows("questions.csv")}
REASONS = {row["figure_or_chapter"]: row["reason_lv"] for row in rows("not_covered.csv")}


def expected(name: str) -> Decimal | None:
    """What the report has to print: the published figure, or the reading where that contradicts others; None is a
    gap."""
    text = READINGS.get(name, FIGURES[name]["value"])
    return None if text == "gap" else Decimal(text)


@pytest.fixture(scope="module")
def database(demonstration_url: str) -> Database:
    return open_database(demonstration_url)


@pytest.fixture(scope="module")
def report(database: Database) -> Report:
    return make_report(database, 2023, INTERNAL)


@pytest.fixture(scope="module")
def content(report: Report) -> bytes:
    return as_docx(report)


@pytest.fixture(scope="module")
def document(content: bytes) -> docx.document.Document:
    return read_docx(content)


@pytest.fixture(scope="module")
def found(document: docx.document.Document) -> dict[str, Section]:
    return sections(document)


@pytest.fixture(scope="module")
def two_years() -> Iterator[None]:
    """For the council every year of a series is protected for itself, which takes a second a year: two will do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Database, "years", property(lambda self: [2023, 2022]))
        yield


@pytest.fixture(scope="module")
def council(database: Database, two_years: None) -> Report:
    return make_report(database, 2023)


# --- against the published report ---------------------------------------------------------------


def covering(chapter: str, found: dict[str, Section]) -> list[Section]:
    """The sections that tell a published chapter."""
    return [found[f"chapter_{one.code}"] for one in outline().chapters if chapter in one.published]


def test_every_chapter_of_the_published_report_has_its_place(found: dict[str, Section]) -> None:
    for chapter in dict.fromkeys(figure["chapter"] for figure in FIGURES.values()):
        assert covering(chapter, found), chapter


@pytest.mark.parametrize("chapter", sorted({FIGURES[name]["chapter"] for name in ASKED}))
def test_every_published_figure_of_a_covered_chapter_stands_in_it(chapter: str, found: dict[str, Section]) -> None:
    wanted = [expected(name) for name in ASKED if FIGURES[name]["chapter"] == chapter]
    text = "\n".join(section.text for section in covering(chapter, found))
    missing = Counter(value for value in wanted if value is not None) - Counter(numbers(text))
    assert not missing
    assert text.count(GAP) >= wanted.count(None)


def test_a_published_figure_that_is_missing_has_its_reason(found: dict[str, Section]) -> None:
    """Of 728 figures 480 have a question, and all of them stand in the document; the others have a reason, which stands
    where a whole chapter is missing."""
    left = FIGURES.keys() - ASKED
    assert (len(ASKED), len(left)) == (480, 248)
    for name in left:
        chapter = FIGURES[name]["chapter"]
        assert name in REASONS or chapter in REASONS, name
        if not any(FIGURES[other]["chapter"] == chapter for other in ASKED):
            [section] = covering(chapter, found)
            assert section.text == REASONS[chapter]


def row_of(lines: list[list[str]], label: str) -> list[str] | None:
    """The row with a label of the published report, which has a slip in one of them."""
    near = difflib.get_close_matches(label.partition(" (")[0], [line[0].partition(" (")[0] for line in lines], 1, 0.95)
    return next((line for line in lines if line[0].partition(" (")[0] in near), None)


@pytest.mark.parametrize("prefix", ["tables.", "ukraine."])
def test_figures_of_two_years_stand_in_their_row_and_column(prefix: str, found: dict[str, Section]) -> None:
    names = [name for name in ASKED if name.startswith(prefix) and ".spend." in name]
    assert len(names) in (38, 26)
    for name in names:
        figure, seen = FIGURES[name], []
        for section in covering(figure["chapter"], found):
            for lines in section.tables.values():
                row = row_of(lines, figure["label_lv"])
                if row and ("orphans" in name) == ("bārenim" in section.heading):
                    seen += numbers(row[[text[:4] for text in lines[0]].index(figure["year"])])
        assert expected(name) in seen, name


@pytest.mark.parametrize(
    ("series", "table", "column"),
    [
        ("assistance_spend", "Sociālajos pabalstos izmaksāts", 1),
        ("assistance_households", "Sociālo palīdzību saņēmušo", 1),
        ("assistance_persons", "Sociālo palīdzību saņēmušo", 2),
        ("needy_households", "Trūcīgas", 1),
        ("needy_persons", "Trūcīgas", 2),
        ("low_income_households", "Maznodrošinātas", 1),
        ("low_income_persons", "Maznodrošinātas", 2),
    ],
)
def test_long_series_are_the_published_ones(series: str, table: str, column: int, found: dict[str, Section]) -> None:
    [lines] = [
        lines for caption, lines in found["chapter_chart_series"].tables.items() if f"tabula. {table}" in caption
    ]
    shown = {line[0]: next(numbers(line[column]), None) for line in lines[1:]}
    assert shown == {str(year): expected(f"series.{series}.{year}") for year in range(2011, 2024)}


@pytest.mark.parametrize(
    ("chapter", "sentence"),
    [
        ("assistance_overview", "2023. gadā sociālā palīdzība piešķirta 1 304 mājsaimniecībām, 1 972 personām:"),
        ("assistance_overview", "no tiem 523 284,40 € naudā un 440 784,31 € natūrā."),
        ("statuses", "trūcīgas mājsaimniecības statuss bija 691 mājsaimniecībai, kopā 1 134 personām"),
        ("statuses", "No 01.07.2023. maznodrošinātas mājsaimniecības ienākumu slieksnis ir 439,00 €"),
        ("statuses", "neviena no šiem statusiem nebija, izlietoti 84 162,22 €; visas trīs summas kopā"),
        (
            "housing",
            "No visas summas 312 789,04 € ir trūcīgām mājsaimniecībām, 243 507,12 € – maznodrošinātām, pārējie",
        ),
        ("housing", "pārējie 69 958,39 € – mājsaimniecībām, kurām izmaksas dienā statusa nebija."),
        ("housing", "Citiem izdevumiem – 1 263,37 €, 6 mājsaimniecībām, kopā 8 personām."),
        ("health", "Šos pabalstus saņēma 817 mājsaimniecības, kopā 1 021 persona:"),
        ("assistance_overview", "darbus veica 15 personas, kuras jau ieskaitītas iepriekšējās grupās."),
        ("psychologists", "Klientu vidū bija 25 vīrieši, 122 sievietes, 52 zēni un 60 meitenes."),
        ("psychologists", "136 pieaugušie (23 vīrieši un 113 sievietes) un 103 bērni (45 zēni un 58 meitenes)."),
        ("housing", "Apsaimniekošanas maksājumiem – 548 496,68 €, 901 mājsaimniecībai, kopā 1 241 personai"),
        ("foster_family", "Šos pabalstus saņēma 31 mājsaimniecība, tie bija domāti 44 bērniem:"),
        ("funeral", "izmaksāts 32 420,08 € apmērā par 93 personām."),
        ("dept_social_assistance", "Trūcīgas mājsaimniecības statuss bija 823 mājsaimniecībām, 1 321 personai."),
        ("psychologists", "– 25 klienti, 141 konsultācija;"),
        ("psychologists", "– 1 konsultācija."),
    ],
)
def test_sentences_are_those_of_the_published_report(chapter: str, sentence: str, found: dict[str, Section]) -> None:
    assert sentence in found[f"chapter_{chapter}"].text.replace("\u00a0", " ")


def test_the_parts_of_a_list_are_nested_in_what_they_are_parts_of(document: docx.document.Document) -> None:
    """Report: 1972 persons are 417 children and 1555 adults, of whom 201 + 254 + 24 + 223 + 853."""
    parts = list(document.paragraphs)
    start = next(
        n for n, part in enumerate(parts) if part.text.startswith("2023.\u00a0gadā sociālā palīdzība piešķirta")
    )
    found = {"List Bullet": 0, "Report Part": 0}
    for part in parts[start + 1 : start + 6]:
        counted = part.text.partition(", to skaitā")[0]
        found[part.style.name] += sum(numbers(counted))
    assert found == {"List Bullet": 1972, "Report Part": 1555}
    assert parts[start + 2].text == "1\u00a0555\u00a0pilngadīgas personas, no tām:"


def test_breaks_are_said_once_a_chapter_under_what_they_concern(found: dict[str, Section], report: Report) -> None:
    texts = {name: "\n".join(section.paragraphs) for name, section in found.items()}
    for text in texts.values():
        breaks = [line for line in text.split("\n") if "pārrāvums" in line]
        assert len(breaks) == len(set(breaks))
    department = texts["chapter_dept_social_assistance"]
    assert "Ukrainas civiliedzīvotājiem (2022" not in department
    # Of the tables of residents only the first two hold benefits that depend on income.
    assert "Jauni ienākumu sliekšņi (2023.\u00a0gada jūlijs). Tas attiecas uz 3. un 4. tabulu." in department
    assert "Demonstrācijā" not in texts["chapter_family_day_centre"]
    assert "Sākas atbalsts Ukrainas" in texts["chapter_ukraine_support"]
    low_income = next(table for table in report.tables if table.code == "series_low_income")
    assert not [said for said in low_income.breaks if "Ukrainas" in said]


def test_sums_of_years_that_are_published_in_whole_euros_are_so(found: dict[str, Section]) -> None:
    section = found["chapter_chart_series"]
    [lines] = [lines for caption, lines in section.tables.items() if "Sociālajos pabalstos" in caption]
    shown = dict(lines[1:])
    assert (shown["2011"], shown["2021"], shown["2023"]) == (
        "1\u00a0044\u00a0872\u00a0€",
        "419\u00a0093\u00a0€",
        "964\u00a0068,71\u00a0€",
    )
    assert "Summas līdz 2021.\u00a0gadam avotā ir veselos eiro, pārējās\u00a0– līdz centam." in section.paragraphs


def test_what_is_not_known_of_thresholds_is_said_once(found: dict[str, Section]) -> None:
    text = "\n".join(section.text for section in found.values())
    assert len(re.findall("nav zinām[si], kād", text, re.IGNORECASE)) == 1
    assert "Nav zināms, kādi ienākumu sliekšņi bija spēkā līdz 30.06.2023." in text


def test_each_figure_is_the_answer_to_its_question_alone(report: Report, database: Database) -> None:
    """Asking for many at once changes none; every ninth is asked again."""
    placed = list({one.question: one for one in report.placed()}.values())
    for one in placed[::9]:
        assert database.ask(one.question).value() == one.shown.value, one.question


def test_a_part_that_is_not_known_is_not_nobody(database: Database) -> None:
    """Visits to „Saime” are not published before 2023, those to the family support centre are, in one question."""
    asked = {centre: Question.of("visits", 2021, where={"centre": centre}) for centre in ("gadc", "saime")}
    found = figures(database, asked)
    assert found["saime"].value is None
    assert found["gadc"].value > 0


# --- the document -------------------------------------------------------------------------------


def test_the_contents_lead_to_every_heading(document: docx.document.Document, found: dict[str, Section]) -> None:
    [contents] = [shown for code, [shown, *_] in fields(document).items() if code.startswith("TOC")]
    assert contents.splitlines() == [section.heading for section in found.values() if section.level]
    links = [link.get(qn("w:anchor")) for link in document.element.body.iter(qn("w:hyperlink"))]
    assert links == [name for name, section in found.items() if section.level]


def test_captions_are_numbered_by_fields(document: docx.document.Document, report: Report) -> None:
    shown = fields(document)["SEQ Tabula \\* ARABIC"]
    assert shown == [str(number) for number in range(1, len(report.tables) + 1)]
    captions = [part.text for part in document.paragraphs if part.style.name == "Caption"]
    assert captions[0] == "1.\u00a0tabula. Sociālās palīdzības pabalsti 2023.\u00a0gadā"


def test_charts_draw_their_table_and_say_what_they_show(document: docx.document.Document, report: Report) -> None:
    drawn = list(document.element.body.iter(qn("wp:docPr")))
    tables = [table for table in report.tables if table.chart]
    assert len(drawn) == len(tables) == 5
    assert fields(document)["SEQ Attēls \\* ARABIC"] == ["1", "2", "3", "4", "5"]
    for place, table in zip(document.element.body.iter(qn("c:chart")), tables, strict=True):
        chart = etree.fromstring(document.part.related_parts[place.get(qn("r:id"))].blob)
        series = chart.findall(".//c:ser", NAMESPACES)
        for column, one in enumerate(series):
            names = [point.findtext("c:v", None, NAMESPACES) for point in one.findall("c:cat//c:pt", NAMESPACES)]
            assert names == [row.label for row in table.rows]
            points = one.findall("c:val//c:pt", NAMESPACES)
            found = {int(point.get("idx")): Decimal(point.findtext("c:v", None, NAMESPACES)) for point in points}
            shown = {number: list(numbers(str(row.cells[column].shown))) for number, row in enumerate(table.rows)}
            assert found == {number: figures[0] for number, figures in shown.items() if figures}
        assert len(series) == len(table.columns)
    said = drawn[0].get("descr").replace("\u00a0", " ")
    # Report: 1044872 in 2011, 964068,71 in 2023.
    assert "2011 – 1 044 872 €, 2023 – 964 068,71 €" in said


def test_every_table_has_a_head_and_a_name(document: docx.document.Document) -> None:
    assert document.tables
    for table in document.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val"))
        assert all(len(row.cells) == len(table.columns) for row in table.rows)


def test_the_document_is_latvian_and_says_what_it_is(document: docx.document.Document) -> None:
    assert document.core_properties.language == "lv-LV"
    assert {language.get(qn("w:val")) for language in document.styles.element.iter(qn("w:lang"))} == {"lv-LV"}
    head = document.sections[0].header.paragraphs[0].text
    assert head == "Demonstrācijas dati · Tikai iekšējai lietošanai"
    first = [part.text for part in document.paragraphs[:5]]
    assert first[0] == "Ogres novada Sociālā dienesta 2023.\u00a0gada pārskats"
    assert first[2:4] == ["Demonstrācijas dati", "Tikai iekšējai lietošanai"]


def test_latvian_is_set_as_latvian_is_set(document: docx.document.Document, found: dict[str, Section]) -> None:
    text = "\n".join([*(part.text for part in document.paragraphs), *(one.text for one in found.values())])
    assert not re.findall(r"\d \d{3}\b", text), "a number is broken by a plain space"
    assert not re.findall(r"\d{4}\. gad", text), "a year is parted from its word"
    assert not re.findall(r"\d €", text)
    assert not re.findall(r"[\"“]|''", text), "quotation marks are „…”"
    assert not re.findall(r"\w - \w|\d-\d", text), "a dash is no hyphen"
    assert not re.findall(r"\.\.|:\.|;\.| ,| \.", text)
    assert "{" not in text


def test_the_look_of_the_pages(content: bytes, tmp_path: Path) -> None:
    """The number of the page beside the title in one line; no letters of another kind in charts; contents on a page."""
    pages = rendered(content, tmp_path, "report.docx")
    for number, page in enumerate(pages, start=1):
        [place] = [word for word in page.words if word.text == "lpp." and word.top > page.height - 100]
        title = [word for word in page.words if word.text == "pārskats" and word.top > page.height - 100]
        assert abs(title[-1].top - place.top) < 2
        assert place.right > page.width - 80
        assert f"{number}.lpp." in page.text
    fonts = subprocess.run(["pdffonts", str(tmp_path / "report.pdf")], check=True, capture_output=True, text=True)
    assert not re.findall("serif|times", fonts.stdout, re.IGNORECASE)
    contents = [number for number, page in enumerate(pages) if "Pārskatapārbaudes" in page.text]
    assert contents[0] == 1
    assert "Sociālāpalīdzība–" in pages[2].text


def test_a_program_that_opens_the_document_is_asked_to_number_its_contents(content: bytes) -> None:
    settings = read_docx(content).settings.element
    names = [etree.QName(one).localname for one in settings]
    assert settings.find(qn("w:updateFields")).get(qn("w:val")) == "true"
    assert names.index("updateFields") < names.index("compat")  # as the schema has them
    assert "F9" not in "".join(part.text for part in read_docx(content).paragraphs)


def test_letters_of_tables_can_be_read(document: docx.document.Document) -> None:
    """At least 9 points; the checks, which are for reference, 7,5."""
    *tables, checks = document.tables
    sizes = [
        [run.font.size.pt for row in one.rows for cell in row.cells for run in cell.paragraphs[0].runs if run.font.size]
        for one in (*tables, checks)
    ]
    assert min(size for table in sizes[:-1] for size in table) >= 9
    heads = [[cell.text for cell in table.rows[0].cells] for table in tables]
    assert not [head for head in heads if len(head) != len(set(head))]


def test_a_template_gives_its_styles_and_nothing_else(content: bytes, report: Report, tmp_path: Path) -> None:
    own = read_docx(content)
    own.styles["Heading 1"].font.name = "Georgia"
    own.sections[0].header.paragraphs[0].text = "Galvene"
    own.save(tmp_path / "own.docx")
    made = read_docx(as_docx(report, tmp_path / "own.docx"))
    assert made.styles["Heading 1"].font.name == "Georgia"
    assert made.sections[0].header.paragraphs[0].text == "Galvene"
    assert [part.text for part in made.paragraphs] == [part.text for part in read_docx(content).paragraphs]
    own.styles["Caption"].delete()
    own.save(tmp_path / "own.docx")
    with pytest.raises(TemplateStyles, match="Caption"):
        as_docx(report, tmp_path / "own.docx")


# --- its own checks -----------------------------------------------------------------------------


def test_the_report_lists_its_checks(report: Report, found: dict[str, Section]) -> None:
    assert all(check.holds for check in report.checks)
    [lines] = found["chapter_checks"].tables.values()
    assert len(lines) == len(report.checks) + 1
    said = {line[0]: line[1:] for line in lines}
    # Report: 523284,40 in cash and 440784,31 in kind are 964068,71. By benefit 223, 943, 817, 144, 47 and 53 households
    # make 2227, who are 1304.
    whole = "964\u00a0068,71\u00a0€"
    assert said["Sociālā palīdzība: naudā un natūrā kopā ir visa summa"] == [whole, whole, "Sakrīt"]
    [overlap] = [line for name, line in said.items() if "kolonna „Mājsaimniecības”" in name]
    assert overlap == ["1\u00a0304", "2\u00a0227", "Daļas pārklājas, tāpēc to summa ir par 923 lielāka"]


def test_a_report_of_a_year_without_some_figures_leaves_their_sentences_out(database: Database) -> None:
    """2022: the report prints placeholders for social assistance in all; benefits are known by their sums."""
    found = sections(read_docx(as_docx(make_report(database, 2022, INTERNAL))))
    overview = found["chapter_assistance_overview"]
    assert "sociālā palīdzība piešķirta" not in overview.text
    assert "nav zināma" in overview.text
    # No thresholds of 2022 are known, which is said once; nor whom the sums of foster families were for.
    text = "\n".join(section.text for section in found.values())
    assert text.count("Nav zināms, kādi ienākumu sliekšņi bija spēkā 2022.\u00a0gadā.") == 1
    assert text.lower().count("sliekšņi bija") == 1
    assert not [one for one in found["chapter_foster_family"].paragraphs if "Atlīdzība" in one]
    # Report, tables of two years: 8799,00 of education in 2022, all of it in cash.
    assert "8\u00a0799,00\u00a0€, viss naudā." in found["chapter_education"].text
    [lines] = [
        lines for caption, lines in found["chapter_dept_social_assistance"].tables.items() if "Pamata" in caption
    ]
    assert lines[0][1:] == ["2021.\u00a0gadā izmaksāts", "2022.\u00a0gadā izmaksāts"]
    assert lines[1][2] == "80\u00a0193,36\u00a0€"


def test_who_is_in_no_known_group_is_told(database: Database) -> None:
    """2011: some adults' activity is not known; they are beside those of working age, not among them."""
    found = sections(read_docx(as_docx(make_report(database, 2011, INTERNAL))))
    for name in ("assistance_overview", "housing"):
        [said] = [one for one in found[f"chapter_{name}"].paragraphs if "nodarbinātība nav zināma" in one]
        assert next(numbers(said)) > 0
    # 2011: the series is published in whole euros, the database's parts of it are not.
    assert "kopsumma avotā ir veselos eiro" in found["chapter_assistance_overview"].text
    assert "Citiem izdevumiem" not in found["chapter_housing"].text  # there were none


def test_a_year_without_records_has_no_report(database: Database) -> None:
    with pytest.raises(NoRecordsOfYear, match="1999"):
        make_report(database, 1999, INTERNAL)


# --- the workbook -------------------------------------------------------------------------------


def test_libreoffice_breaks_no_word_and_no_figure(content: bytes, document: docx.document.Document, tmp_path) -> None:
    """There is no Calibri in a plain Debian: wider letters stand in for it."""
    pages = rendered(content, tmp_path, "report.docx")
    drawn = Counter(part for page in pages for word in page.words for part in word.text.split())
    cells = {cell._tc: cell.text for table in document.tables for row in table.rows for cell in row.cells}
    asked = Counter(word for text in cells.values() for word in text.split())
    assert {word: (times, drawn[word]) for word, times in asked.items() if drawn[word] < times} == {}
    for page in pages:
        signs = [word for word in page.words if word.text == "€"]
        figures = [word for word in page.words if word.text[-1].isdigit()]
        for sign in signs:
            beside = [one for one in figures if abs(one.top - sign.top) < 2 and 0 <= sign.left - one.right < 8]
            assert beside, f"a sign alone in its line: {page.text[:80]}"
    axes = [word for page in pages for word in re.findall(r"1.?000.?000€", page.text)]
    assert axes == ["1000000€"]


@pytest.fixture(scope="module")
def workbook(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Iterator[openpyxl.Workbook]:
    path = tmp_path_factory.mktemp("report") / "report.xlsx"
    path.write_bytes(as_xlsx(report))
    book = openpyxl.load_workbook(path)
    yield book
    book.close()


def test_the_workbook_has_a_sheet_a_table(workbook: openpyxl.Workbook, report: Report) -> None:
    tables = [name for name in workbook.sheetnames if name[0].isdigit()]
    assert len(tables) == len(report.tables)
    assert len({name.lower() for name in tables}) == len(tables)
    assert all(len(name) <= 31 for name in tables)
    assert tables[:2] == ["1. Pabalsti – summas", "2. Pabalsti – saņēmēji"]
    first, second = (workbook[name] for name in tables[:2])
    assert first["A1"].value == "1.\u00a0tabula. Sociālās palīdzības pabalsti 2023.\u00a0gadā"
    for word in ("Demonstrācijas dati", "iekšējai lietošanai", "Dati līdz 31.12.2023.", "Avots:"):
        assert word in first["A2"].value
    assert [cell.value for cell in first[4]] == ["Pabalsts", "Kopā, EUR", "Naudā, EUR", "Natūrā, EUR"]
    assert [cell.value for cell in first[5]][1:] == [134902.40, 134902.40, 0]
    assert [cell.value for cell in second[5]][1:3] == [223, 404]
    series = workbook[next(name for name in tables if "Izmaksāts" in name)]
    assert {row[0].value: row[1].value for row in series}[2022] == GAP
    assert "Datu rindas pārrāvums" in str([row[0].value for row in series])


def test_the_first_sheet_leads_to_every_other(workbook: openpyxl.Workbook) -> None:
    first, *others = workbook.worksheets
    links = {cell.value: cell.hyperlink.location for row in first for cell in row if cell.hyperlink}
    assert list(links) == [page.title for page in others]
    assert list(links.values()) == [f"'{page.title}'!A1" for page in others]
    for page in others[:-2]:
        assert [cell.hyperlink.location for row in page for cell in row if cell.hyperlink] == [f"'{first.title}'!A1"]


def test_figures_of_the_workbook_are_numbers_and_long_texts_have_room(workbook: openpyxl.Workbook) -> None:
    for page in workbook:
        for row in page:
            for cell in row:
                if isinstance(cell.value, str):
                    assert not re.fullmatch(r"[\d\u00a0 ]+(,\d+)?(\u00a0€)?", cell.value), (page.title, cell.coordinate)
    checks = workbook["Pārbaudes"]
    # Report: 523284,40 in cash and 440784,31 in kind are 964068,71.
    assert [cell.value for cell in checks[2]][1:3] == [964068.71, 964068.71]
    figures = workbook["Skaitļi tekstā"]
    longest = max(figures["B"], key=lambda cell: len(str(cell.value)))
    letters = figures.column_dimensions["B"].width
    assert figures.row_dimensions[longest.row].height >= 15 * len(longest.value) / letters


def test_the_workbook_has_the_figures_of_the_text(workbook: openpyxl.Workbook) -> None:
    lines = [[cell.value for cell in row] for row in workbook["Skaitļi tekstā"]]
    assert [line[2] for line in lines if line[0] == "Sociālā palīdzība"][:2] == [1304, 1972]
    assert "=" not in {str(cell.value)[:1] for page in workbook for row in page for cell in row if cell.value}


# --- for the council ----------------------------------------------------------------------------


def alone(database: Database, question: Question) -> int | Withheld | None:
    """What the council gets for a question asked by itself; money of several groups by group."""
    parts, several = [question], [(name, values) for name, values in question.where if len(values) > 1]
    if several and measure(question.measures[0]).additive:
        [(name, codes)] = several
        parts = [
            replace(question, where=tuple(sorted({**dict(question.where), name: (one,)}.items()))) for one in codes
        ]
    try:
        values = [database.ask(part).value() for part in parts]
    except NotForCouncil:
        return WITHHELD
    return WITHHELD if WITHHELD in values else None if None in values else sum(values)


@pytest.fixture(scope="module")
def exact(database: Database, two_years: None) -> Report:
    return make_report(database, 2023, INTERNAL)


@pytest.fixture(scope="module")
def answered(exact: Report, database: Database) -> dict[Question, int | Withheld | None]:
    """What the council gets for each question of the exact report."""
    asked = {one.question for one in exact.placed()}
    return {question: alone(database, replace(question, audience=COUNCIL)) for question in asked}


def test_the_council_sees_only_what_it_is_answered(council: Report, answered: dict) -> None:
    shown = {replace(one.question, audience=INTERNAL): one.shown.value for one in council.placed()}
    assert all(value == answered[question] for question, value in shown.items())
    assert sum(value is WITHHELD for value in answered.values()) > 100
    assert sum(isinstance(value, int) for value in shown.values()) > 100


def test_no_withheld_figure_is_in_the_councils_tables(council: Report, exact: Report, answered: dict) -> None:
    """Cell by cell, in the document and in the workbook."""
    made = {table.caption: table for table in council.tables}
    document = {
        caption.partition("tabula. ")[2]: lines
        for section in sections(read_docx(as_docx(council))).values()
        for caption, lines in section.tables.items()
    }
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(council)))
    pages = {page.title.partition(".")[0]: page for page in book.worksheets}
    hidden = 0
    for table in exact.tables:
        if table.caption not in made:
            told = [answered[cell.question] for row in table.rows for cell in row.cells]
            assert sum(isinstance(value, int) for value in told) <= 1, "a table with hardly a figure"
            continue
        head, *lines = document[table.caption]
        rows = {line[0]: line for line in lines}
        page = pages[str(made[table.caption].number)]
        sheet = {row[0].value: [cell.value for cell in row] for row in page}
        for row in table.rows:
            for name, cell in zip(table.columns, row.cells, strict=True):
                withheld = answered[cell.question] is WITHHELD
                hidden += withheld
                if row.label not in rows or name not in head:
                    line = [each.question for each in row.cells]
                    across = [each.cells[table.columns.index(name)].question for each in table.rows]
                    whole = line if row.label not in rows else across
                    assert all(answered[question] is WITHHELD for question in whole), (table.caption, row.label, name)
                    continue
                place = head.index(name)
                if withheld:
                    assert (rows[row.label][place], sheet[row.label][place]) == (MARK, MARK), (table.caption, row.label)
                else:
                    assert rows[row.label][place] == str(cell.shown)
        assert not any({*line[1:]} == {MARK} for line in [*lines, *zip(*document[table.caption], strict=True)])
    assert hidden > 30
    drawn = next(table for table in council.tables if table.chart)
    [first, *others] = drawn.rows
    withheld = replace(first, cells=tuple(replace(cell, shown=Shown(WITHHELD, "cents")) for cell in first.cells))
    assert can_be_drawn(drawn)
    assert not can_be_drawn(replace(drawn, rows=(withheld, *others)))


def test_no_withheld_figure_is_in_the_councils_sentences(council: Report, exact: Report, answered: dict) -> None:
    """Chapter by chapter, a number is gone from the text as often as a withheld figure has it there."""
    made, whole = (sections(read_docx(as_docx(one))) for one in (council, exact))
    hidden: dict[str, Counter] = {}
    for block in exact.blocks:
        if isinstance(block, Heading):
            here = hidden.setdefault(f"chapter_{block.code}", Counter())
        elif isinstance(block, Text):
            found = (one.shown for one in block.figures if answered[one.question] is WITHHELD)
            here.update(Decimal(one.value) / (100 if one.unit == "cents" else 1) for one in found)
    for name, withheld in hidden.items():
        left, theirs = (Counter(numbers("\n".join(one[name].paragraphs))) for one in (whole, made))
        assert not withheld - (left - theirs), name
    assert sum(map(Counter.total, hidden.values())) > 50


def test_what_is_withheld_is_explained_and_reads_well(council: Report) -> None:
    made = sections(read_docx(as_docx(council)))
    text = "\n".join(section.text for section in made.values())
    assert any(MARK in paragraph for paragraph in council.about)
    assert "Papildus konsultācijām" not in text  # a sentence that would lead to nothing
    assert "Skaitīti apmeklējumi" not in text  # about a table that is left out
    assert text.count("nerāda, ir izlaist") <= len(council.tables)
    assert "Teikumi, kuru skaitļus" not in text
    assert MARK not in "\n".join(paragraph for section in made.values() for paragraph in section.paragraphs)
    for section in made.values():
        for paragraph in section.paragraphs:
            figures = list(numbers(paragraph))
            assert not (MARK in paragraph and not figures), paragraph


def test_the_councils_checks_are_made_of_exact_figures(council: Report, exact: Report, answered: dict) -> None:
    """Whether a withheld figure agrees is told, what it is is not."""
    assert {one.holds for one in council.checks} == {one.holds for one in exact.checks} == {True}
    hidden = [one for one in council.checks if one.hidden]
    assert len(hidden) > 20
    assert all((one.whole, one.parts, one.told) == (None, None, False) for one in hidden)
    [lines] = sections(read_docx(as_docx(council)))["chapter_checks"].tables.values()
    told = [one for one in council.checks if one.told]
    assert len(lines) == len(told) + 1 == len(council.checks) - len(hidden) + 1
    assert not [line for line in lines if "Nav pārbaudāms" in line[3]]
    shown = {replace(one.question, audience=INTERNAL) for one in council.placed()}
    secret = {str(one.shown) for one in exact.placed() if answered[one.question] is WITHHELD and one.shown.value}
    open_figures = {str(one.shown) for one in exact.placed() if one.question in shown} | {
        str(one.whole) for one in told
    }
    assert not (secret - open_figures) & {cell for line in lines for cell in line[1:3]}
    said = sections(read_docx(as_docx(council)))["chapter_checks"].paragraphs
    assert any("ir veikt" in one and str(len(hidden)) in one for one in said)


def test_what_a_year_has_not_published_is_neither_told_nor_checked(database: Database) -> None:
    """2022: how many clients the psychologists had is not published, their consultations are: 1634, not 1643."""
    made = make_report(database, 2022, INTERNAL)
    assert not [one for one in made.checks if one.holds is False]
    text = sections(read_docx(as_docx(made)))["chapter_psychologists"].text
    assert "kopējais konsultāciju skaits bija 1\u00a0634" in text
    assert "klienti" not in text.split("\n")[0]


# --- the command --------------------------------------------------------------------------------


@pytest.fixture
def here(demonstration_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", demonstration_url)


def test_the_command_makes_the_councils_report_unless_told_otherwise(
    here: None, two_years: None, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    assert main(["report", "--year", "2023", "--out", str(tmp_path / "report.docx")]) == 0
    assert "report.docx" in capsys.readouterr().out
    made = docx.Document(tmp_path / "report.docx")
    assert made.sections[0].header.paragraphs[0].text == "Demonstrācijas dati · Domei un sabiedrībai"
    exact = ["--audience", "internal"]
    assert main(["report", "--year", "2023", "--out", str(tmp_path / "report.XLSX"), *exact]) == 0
    assert openpyxl.load_workbook(tmp_path / "report.XLSX")["Par pārskatu"]["A3"].value == "Tikai iekšējai lietošanai"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--year", "2023", "--out", "report.pdf"], 2, ".docx, .xlsx"),
        (["--year", "1999", "--out", "report.docx"], 2, "1999"),
        (["--year", "2023", "--out", "report.docx", "--audience", "all"], 2, "„all”"),
        (["--year", "2023", "--out", "none/report.xlsx", "--audience", "internal"], 1, "report.xlsx"),
        (
            ["--year", "2023", "--out", "report.docx", "--audience", "internal", "--template", "none.docx"],
            2,
            "none.docx",
        ),
    ],
)
def test_a_command_that_cannot_be_done_gets_a_sentence(
    here: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture, arguments, code, said
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["report", *arguments]) == code
    answered = capsys.readouterr()
    assert said in answered.err
    assert answered.out == ""
    assert not list(tmp_path.iterdir())
