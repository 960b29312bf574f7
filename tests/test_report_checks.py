"""What the annual report says of parts and their total: its own checks, and which breaks concern which figures."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from data_access import COUNCIL, INTERNAL, Question
from data_access.report.breaks import depends_on_income
from data_access.report.model import Placed, Sum, Table
from data_access.report.outline import BadOutline, Relation, outline, read_outline
from data_access.report.own_checks import own_checks
from data_access.report.rules import thresholds_of, thresholds_unknown
from data_access.report.words import Shown

WHOLE, PARTS = ("housing", "total"), [("housing", "needy"), ("housing", "low_income"), ("housing", "no_status")]
# Report: 626254,55 euros of housing benefits, 312789,04 for needy households and 243507,12 for low-income ones.
EUROS = (62625455, 31278904, 24350712, 6995839)


def placed(value: int | None, unit: str = "cents", code: str = "needy") -> Placed:
    return Placed(Question.of("spend", 2023, where={"status": code}), Shown(value, unit))


def checked(values, *, unit="cents", overlap=False, at_most=False, may_show=True):
    """The check of a whole and its parts."""
    names = [WHOLE, *PARTS][: len(values)]
    named = {name: placed(value, unit) for name, value in zip(names, values, strict=True)}
    relation = Relation("housing_by_status", WHOLE, tuple(names[1:]), at_most, overlap)
    [found] = own_checks([relation], named, [], lambda question: may_show)
    return found


def test_parts_that_make_up_their_total_agree() -> None:
    found = checked(EUROS)
    assert (found.holds, str(found.whole), str(found.parts)) == (True, *2 * ("626\u00a0254,55\u00a0€",))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ((EUROS[0], *EUROS[1:3], 0), "daļās trūkst 69\u00a0958,39\u00a0€"),  # who has no status is forgotten
        ((EUROS[0], *EUROS[1:3], EUROS[3] + 1), "par 0,01\u00a0€ vairāk"),
        ((EUROS[0] - 1, *EUROS[1:]), "par 0,01\u00a0€ vairāk"),
    ],
)
def test_a_cent_too_few_or_too_many_fails(values: tuple[int, ...], said: str) -> None:
    found = checked(values)
    assert found.holds is False
    assert said in found.outcome


@pytest.mark.parametrize(
    ("values", "holds"),
    [
        ((1287, 223, 943, 898), True),  # report: households by benefit, one of which may have several
        ((2064, 223, 943, 898), True),
        ((2065, 223, 943, 898), False),  # not covered
        ((897, 223, 943, 898), False),  # a part is more than all
    ],
)
def test_parts_that_overlap_cover_their_total(values: tuple[int, ...], holds: bool) -> None:
    assert checked(values, unit="households", overlap=True).holds is holds


def test_parts_of_persons_that_do_not_overlap_have_to_be_all() -> None:
    assert checked((1972, 417, 1555), unit="persons").holds is True
    assert checked((1972, 417, 1554), unit="persons").holds is False
    assert checked((1972, 417, 1556), unit="persons").holds is False


def test_one_figure_is_no_more_than_another() -> None:
    assert checked((1972, 1304), unit="persons", at_most=True).holds is True
    assert checked((1972, 1973), unit="persons", at_most=True).holds is False


def test_figures_that_are_not_shown_are_checked_and_not_told() -> None:
    good, bad = checked(EUROS, may_show=False), checked((*EUROS[:3], 0), may_show=False)
    assert (good.holds, good.told, good.hidden) == (True, False, True)
    assert (bad.holds, bad.told) == (False, True)
    for found in (good, bad):
        assert (found.whole, found.parts) == (None, None)
        assert not any(sign.isdigit() for sign in found.outcome)


def test_a_check_of_a_figure_that_is_not_known_is_not_made() -> None:
    found = checked((*EUROS[:3], None))
    assert (found.holds, found.told) == (None, False)


def test_a_table_is_checked_with_its_totals() -> None:
    compared = Sum("x", "kolonna", True, placed(3), (placed(1), placed(1)), overlap=False)
    table = Table("gmi", 1, "Tabula", "", (), (), (), (), "", (compared,))
    [found] = own_checks([], {}, [table], lambda question: True)
    assert found.holds is False
    good = replace(compared, whole=placed(2))
    [found] = own_checks([], {}, [replace(table, sums=(good, good, good))], lambda question: True)
    assert (found.holds, found.told, found.outcome) == (True, True, "Sakrīt katrā kolonnā (kolonnu skaits: 3)")
    several = list(own_checks([], {}, [replace(table, sums=(good, compared, good))], lambda question: True))
    assert [one.holds for one in several] == [True, False, True]


def test_that_nobody_is_in_two_parts_is_not_told_of_hidden_figures() -> None:
    """Of visitors of three branches only the total is shown: that the parts make it up exactly would tell of them."""
    apart = Sum("x", "a", True, placed(6, "persons"), tuple(placed(one, "persons") for one in (1, 2, 3)), overlap=True)
    common = replace(apart, whole=placed(5, "persons"))
    found = []
    for compared in (apart, common):
        table = Table("gmi", 1, "Tabula", "", (), (), (), (), "", (compared, replace(compared, place="b")))
        found.append(list(own_checks([], {}, [table], lambda question: False)))
    assert found[0] == found[1]
    assert all(one.holds and not one.told for one in found[0])


def test_every_list_of_groups_has_its_check() -> None:
    """A chapter that tells groups of persons or of money by status holds them against its total."""
    told = {(relation.said, *relation.whole) for relation in outline().relations}
    for chapter in ("assistance_overview", "income_tested", "gmi"):
        assert {("ages", chapter, "persons"), ("adults", chapter, "adults")} <= told
    for chapter in ("housing", "other_municipal_benefits"):
        assert {("members", chapter, "persons"), ("working_age", chapter, "working_age")} <= told
    assert {("housing_by_status", *WHOLE), ("housing_by_expense", *WHOLE), ("by_status", "statuses", "total")} <= told


def test_a_total_of_rows_that_are_not_there_is_a_mistake() -> None:
    text = """
sets = {}
sums = []
at_most = []
[[chapters]]
code = "gmi"
level = 1
body = ["# gmi"]
[[chapters.tables]]
code = "basic"
columns = [["total", "spend"]]
rows = [["gmi", "benefit=gmi"]]
row_sums = [["gmi", "housing"]]
"""
    with pytest.raises(BadOutline, match="housing"):
        read_outline(text)


@pytest.mark.parametrize(
    ("where", "depends"),
    [
        ({"benefit": "gmi"}, True),
        ({"social_assistance": "yes"}, True),
        ({"benefit": "housing_debt"}, True),
        ({"benefit_type": "housing_other"}, True),
        ({"benefit": "crisis"}, False),
        ({"benefit": "meals_school", "population": "residents"}, False),
        ({"benefit_group": "other_statutory"}, False),
        ({"benefit": "funeral,gmi"}, True),
        ({}, True),
    ],
)
def test_new_thresholds_concern_benefits_that_depend_on_income(where: dict[str, str], depends: bool) -> None:
    filters = {name: tuple(value.split(",")) for name, value in where.items()}
    assert depends_on_income(Question.of("spend", 2023, where=filters, audience=INTERNAL)) is depends


def test_new_thresholds_concern_statuses() -> None:
    assert depends_on_income(Question.of("households_with_status", 2023, audience=COUNCIL))


def test_the_start_of_support_to_ukraine_concerns_no_residents_and_the_demonstration_two_centres() -> None:
    ukraine, demonstration = (outline().concerns[source] for source in ("event.042", "demonstration"))
    assert not ukraine.of(Question.of("spend", 2023, where={"population": "residents", "benefit": "gmi"}))
    assert ukraine.of(Question.of("spend", 2023, where={"benefit": "gmi"}))
    assert not demonstration.of(Question.of("visits", 2023, where={"centre": "gadc"}))
    assert demonstration.of(Question.of("visits", 2023, where={"centre": "saime"}))
    assert demonstration.of(Question.of("visits", 2023))


# --- thresholds ---------------------------------------------------------------------------------

RULES = ("needy", "low_income", "gmi")
DATA = Path(__file__).parent.parent / "data_access"


def test_every_threshold_is_a_published_figure() -> None:
    """None is known but those that the published report prints; the others of 2021 and 2024 are not in it."""
    with (DATA / "published" / "published_figures.csv").open(encoding="utf-8", newline="") as file:
        published = {row["figure_id"]: float(row["value"]) for row in csv.DictReader(file)}
    with (DATA / "report" / "thresholds.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            said = [float(row[name]) for name in ("first_person", "other_persons", "percent_of_median") if row[name]]
            assert [published[name] for name in row["figure_ids"].split(";")] == said


def test_thresholds_are_told_in_the_words_of_the_report() -> None:
    said = thresholds_of("needy", 2023).replace("\u00a0", " ")
    assert said.startswith("No 01.07.2023. trūcīgas mājsaimniecības statusa iegūšanai ienākumu slieksnis ir 313,00 €")
    assert said.endswith("un 219,00 € katrai nākamajai personai (50 procenti no minimālo ienākumu mediānas)")
    assert "480,00 €" in thresholds_of("low_income", 2024).replace("\u00a0", " ")
    assert thresholds_of("gmi", 2024) == ""


@pytest.mark.parametrize(
    ("year", "said"),
    [
        (2022, ["Nav zināms, kādi ienākumu sliekšņi bija spēkā 2022. gadā"]),
        (2023, ["Nav zināms, kādi ienākumu sliekšņi bija spēkā līdz 30.06.2023."]),
        (2024, ["Nav zināms, kāds 2024. gadā bija garantētais minimālais ienākumu slieksnis"]),
    ],
)
def test_what_is_not_known_of_thresholds_is_one_sentence(year: int, said: list[str]) -> None:
    assert [text.replace("\u00a0", " ") for text in thresholds_unknown(RULES, year)] == said
