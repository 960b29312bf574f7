"""The words of the annual report: number, case and plural, and the outline that names them."""

import pytest

from data_access import WITHHELD
from data_access.errors import UnknownName
from data_access.report.outline import BadOutline, outline, read_outline
from data_access.report.words import Shown, kept_together, words

PEOPLE = "persons"


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (
            "to_households",
            {1: "mājsaimniecībai", 11: "mājsaimniecībām", 21: "mājsaimniecībai", 1301: "mājsaimniecībai"},
        ),
        ("to_households", {0: "mājsaimniecībām", 1304: "mājsaimniecībām", 1311: "mājsaimniecībām"}),
        ("to_persons", {1: "personai", 11: "personām", 21: "personai", 1301: "personai", 1972: "personām"}),
        ("for_persons", {1: "personu", 11: "personām", 21: "personu", 1301: "personu", 93: "personām"}),
        ("households", {1: "mājsaimniecība", 11: "mājsaimniecības", 21: "mājsaimniecība", 1301: "mājsaimniecība"}),
        ("households", {1287: "mājsaimniecības", 817: "mājsaimniecības", 10: "mājsaimniecības", 0: "mājsaimniecības"}),
        ("persons", {1: "persona", 11: "personas", 15: "personas", 21: "persona", 1021: "persona", 404: "personas"}),
        ("children", {1: "bērns", 11: "bērni", 417: "bērni", 21: "bērns", 1301: "bērns", 133: "bērni"}),
        ("to_children", {1: "bērnam", 11: "bērniem", 21: "bērnam", 1301: "bērnam", 44: "bērniem"}),
        ("adults", {1: "pilngadīga persona", 12: "pilngadīgas personas", 1535: "pilngadīgas personas"}),
        ("working_age", {21: "pilngadīga darbspējīga persona", 253: "pilngadīgas darbspējīgas personas"}),
        ("public_works", {1: "persona, kura jau ieskaitīta iepriekšējās grupās"}),
        ("public_works", {15: "personas, kuras jau ieskaitītas iepriekšējās grupās"}),
        ("employed", {201: "strādājoša persona", 78: "strādājošas personas", 111: "strādājošas personas"}),
        ("unemployed", {141: "nestrādājoša persona", 254: "nestrādājošas personas"}),
        ("childcare_leave", {1: "persona bērna kopšanas atvaļinājumā", 12: "personas bērna kopšanas atvaļinājumā"}),
        ("children_disability", {1: "bērns ar invaliditāti", 16: "bērni ar invaliditāti"}),
        ("ukraine_civilians", {1: "Ukrainas civiliedzīvotājs", 20: "Ukrainas civiliedzīvotāji"}),
        ("pension_age", {1: "pensijas vecuma persona", 11: "pensijas vecuma personas", 31: "pensijas vecuma persona"}),
        ("clients", {1: "klients", 11: "klienti", 25: "klienti"}),
        ("students", {1: "students", 11: "studenti", 2: "studenti"}),
        ("consultations", {1: "konsultācija", 11: "konsultācijas", 141: "konsultācija", 2: "konsultācijas"}),
        ("women", {1: "sieviete", 113: "sievietes", 21: "sieviete", 122: "sievietes"}),
        ("men", {1: "vīrietis", 11: "vīrieši", 21: "vīrietis", 25: "vīrieši"}),
        ("girls", {1: "meitene", 60: "meitenes", 21: "meitene", 58: "meitenes"}),
        ("boys", {1: "zēns", 11: "zēni", 21: "zēns", 52: "zēni"}),
    ],
)
def test_the_word_beside_a_number_has_its_form(form: str, said: dict[int, str]) -> None:
    for number, word in said.items():
        written = f"{number:,}".replace(",", "\u00a0")
        assert words().counted(Shown(number, PEOPLE), form) == f"{written}\u00a0{word}"


@pytest.mark.parametrize(
    ("cents", "said"),
    [
        (100, "izlietots 1,00 €"),
        (2100, "izlietots 21,00 €"),
        (1100, "izlietoti 11,00 €"),
        (130100, "izlietots 1 301,00 €"),
        (96406871, "izlietoti 964 068,71 €"),
        (150, "izlietoti 1,50 €"),
        (0, "izlietoti 0,00 €"),
        (-100, "izlietots −1,00 €"),
    ],
)
def test_money_is_spent_in_the_right_number(cents: int, said: str) -> None:
    assert words().counted(Shown(cents, "cents"), "spent").replace("\u00a0", " ") == said


def test_a_withheld_figure_is_its_mark_with_the_form_of_many() -> None:
    assert words().counted(Shown(WITHHELD, PEOPLE), "to_households") == "(k)\u00a0mājsaimniecībām"
    assert words().counted(Shown(WITHHELD, "cents"), "spent") == "izlietoti (k)"


def test_a_figure_without_a_form_stands_bare() -> None:
    said = words()("report.say.assistance_given", year="2023", households=Shown(1, PEOPLE), persons=Shown(21, PEOPLE))
    assert said == "2023.\u00a0gadā sociālā palīdzība piešķirta 1\u00a0mājsaimniecībai, 21\u00a0personai"
    part = words()("report.say.orphans_living", living_spend=Shown(306500, "cents"), living_persons=Shown(13, PEOPLE))
    assert part.endswith("– 3\u00a0065,00\u00a0€ 13\u00a0personām")


def test_years_of_other_texts_are_kept_together() -> None:
    said = kept_together("Par 2022. gadu un 2023. gada 1. pusgadu. Gads.")
    assert said == "Par 2022.\u00a0gadu un 2023.\u00a0gada 1.\u00a0pusgadu. Gads."


CHAPTER = """
sets = {}
sums = []
at_most = []
[[chapters]]
code = "gmi"
level = 1
"""


def test_the_outline_is_read() -> None:
    assert len(outline().chapters) == 39
    found = read_outline(CHAPTER + 'where = "benefit=gmi"\nbody = ["- children"]\nfigures = {children = "recipients"}')
    [asked] = found.chapters[0].figures.values()
    question = asked.question(2023, "internal")
    assert (question.measures, question.period.code) == (("recipients",), "2023")
    assert question.where == (("benefit", ("gmi",)),)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ('body = ["nothing"]', "report.say.nothing"),
        ('body = ["- children"]', "children"),  # a text without its figure
        ('figures = { children = "recipients" }', "children"),  # a figure without its text
        ('body = ["# gmi"]', "gmi"),  # a table that is not there
        ('body = ["! gmi", "! crisis"]', "report.rules.crisis"),
        ('lacking = ["crisis"]', "crisis"),  # that is covered, and has no reason
        ('[[chapters.tables]]\ncode = "gmi"\ncolumns = []', "report.captions.gmi"),
        ('[[chapters.tables]]\ncode = "basic"\ncolumns = [["nothing", "spend"]]', "report.labels.nothing"),
        ('[[sums]]\nsaid = "ages"\nwhole = "a"\nparts = ["b"]', "ages"),
    ],
)
def test_a_mistake_in_the_outline_is_named(wrong: str, said: str) -> None:
    text = CHAPTER.replace("sums = []\n", "") if wrong.startswith("[[sums]]") else CHAPTER
    with pytest.raises(BadOutline, match=said):
        read_outline(f"{text}body = []\n{wrong}" if "sums" in wrong else f"{text}{wrong}")


@pytest.mark.parametrize("figure", ["spendd", "spend benefitt=gmi"])
def test_a_figure_of_the_outline_that_nobody_counts_is_named(figure: str) -> None:
    with pytest.raises(UnknownName):
        read_outline(f'{CHAPTER}body = ["- children"]\nfigures = {{ children = "{figure}" }}')
