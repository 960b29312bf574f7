"""A deck of everything that is hard to draw: the longest names, figures of every size, and those that are none."""

import csv
from pathlib import Path

from data_access import COUNCIL, WITHHELD
from data_access.deck.model import (
    BARS,
    COLUMNS,
    LINES,
    MOVERS,
    STACKED,
    Break,
    Chart,
    KeyFigure,
    MadeDeck,
    MadeSlide,
    Series,
    SmallRow,
    SmallTable,
)

REFERENCE = Path(__file__).parents[2] / "data_access" / "reference"
MARK, GAP = "(k)", "nav publicēts"
FOOT = (
    "Avots: Sociālā dienesta lietu datubāze (demonstrācijas dati) · Dati līdz 31.12.2023. · (k) – skaitlis nav rādīts"
)
HEADLINE = "2023. gadā pret gadu iepriekš no rādītajiem visvairāk pieauga „{}” (+1 251 227 €)"
CLOSE = (823, 812, 805, 799, 790, 781)  # figures so close that their lines end at one place


def longest(name: str, count: int) -> list[str]:
    """The longest names of a file of the reference, the longest first."""
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return sorted((row["name_lv"] for row in csv.DictReader(file)), key=len, reverse=True)[:count]


def written(value, unit: str, signed: bool = False) -> str:
    """A figure as a Latvian slide has it, written a second way."""
    if value is WITHHELD or value is None:
        return MARK if value is WITHHELD else GAP
    if unit == "percent":
        return f"{value:.1f}".replace(".", ",") + " %"
    whole = (abs(value) + 50) // 100 if unit == "cents" else abs(value)
    sign = "−" if value < 0 else "+" if signed and value else ""
    return sign + f"{whole:,}".replace(",", " ") + (" €" if unit == "cents" else "")


def series(name: str, values, unit: str, look=("", "", 0), signed: bool = False) -> Series:
    return Series(name, tuple(values), tuple(written(value, unit, signed) for value in values), look)


def slide(chart: Chart | None, headline: str, **more) -> MadeSlide:
    """A slide with a headline and, if there is one, a chart."""
    notes = f"{headline}\n\nVisi skaitļi"
    return MadeSlide(
        "table", headline, headline, chart=chart, foot=FOOT, notes=notes, alternative=f"{headline}.", **more
    )


def extreme_deck() -> MadeDeck:
    """One slide of each kind and more, each as full as it can be."""
    benefits, areas = longest("benefits.csv", 12), longest("problem_areas.csv", 7)
    money = [
        123_456_789_50,
        98_765_432_10,
        1_000_000_00,
        99_999_950,
        99_950,
        12_345,
        100,
        0,
        -4_500_00,
        None,
        WITHHELD,
        7,
    ]
    years = tuple(str(year) for year in range(2011, 2024))
    rising = [1_615, 1_139, None, 774, 328, WITHHELD, 465, 353, 317, 320, 791, 972]
    breaks = (Break(0, 1, "Sākums"), Break(10, 2, "Jauni sliekšņi"), Break(10, 3, "Reforma"), Break(12, 4, "Beigas"))
    charts = [
        Chart(BARS, tuple(benefits), ({},) * 12, (series("Izlietots", money, "cents"),), "cents"),
        Chart(
            BARS,
            tuple(areas),
            ({},) * 7,
            (
                series("Bērni", [35, WITHHELD, 17, None, 1, WITHHELD, 5], "persons", ("age_class", "child", 0)),
                series("Pieaugušie", [35, 43, WITHHELD, 9, 0, WITHHELD, 6], "persons", ("age_class", "adult", 1)),
                series("Nav zināms", [0, 1, 2, 3, 4, WITHHELD, 7], "persons", ("age_class", "unknown", 2)),
            ),
            "persons",
        ),
        Chart(
            STACKED,
            tuple(benefits[:10]),
            ({},) * 10,
            (
                series("Naudā", [9_000_000_00 - 800_000_00 * n for n in range(10)], "cents", ("form", "cash", 0)),
                series("Natūrā", [3_000_000_00] * 10, "cents", ("form", "in_kind", 1)),
            ),
            "cents",
        ),
        Chart(
            COLUMNS,
            ("Meitenes", "Zēni", "Sievietes", "Vīrieši", "Nav zināms"),
            ({},) * 5,
            (series("Psihologu klienti", [1_060, 52, 1_122, WITHHELD, None], "persons"),),
            "persons",
        ),
        Chart(
            COLUMNS,
            tuple(f"2023. g. {month}" for month in ("janv.", "febr.", "marts", "apr.", "maijs", "jūn.")),
            ({},) * 6,
            (series("Neapmeklēto īpatsvars", [12.5, 8.3, 0.0, 100.0, 33.3, 4.1], "percent"),),
            "percent",
        ),
        Chart(
            LINES,
            years,
            ({},) * 13,
            tuple(
                series(name, [*(value and value + 30 * n for value in rising), CLOSE[n]], "households", ("x", "y", n))
                for n, name in enumerate(longest("problem_areas.csv", 6))
            ),
            "households",
            breaks,
        ),
        Chart(
            MOVERS,
            tuple(benefits[:10]),
            ({},) * 10,
            (
                series(
                    "Pārmaiņa",
                    [1_251_227_00, 78_589_00, 999_99, 100, 50, -50, -99, -9_370_00, -164_284_00, -2_262_450_00],
                    "cents",
                    ("change", "more", 0),
                    signed=True,
                ),
            ),
            "cents",
        ),
    ]
    charts.append(
        Chart(
            BARS,
            ("Mājokļa pabalsts", "Pārējās 17"),
            ({},) * 2,
            (
                series("2022. gads", [37_502_800, 100_701_300], "cents", ("year", "before", 0)),
                series("2023. gads", [62_625_500, 155_852_400], "cents", ("year", "now", 1)),
            ),
            "cents",
        )
    )
    figures = tuple(
        KeyFigure(name, "spend", value, written(value, "cents"), "par 540,9 % vairāk nekā 2022. gadā", {})
        for name, value in zip(benefits[:6], (123_456_789_00, WITHHELD, None, 5_00, 10_097_00, 1_00), strict=True)
    )
    table = SmallTable(
        "Pabalsts",
        ("Izlietots", "Mājsaimniecības", "Personas mājsaimniecībās", "Pārmaiņa, %"),
        (
            *(SmallRow(benefits[n], (written(money[n], "cents"), "1 304", MARK, "−12,3 %")) for n in range(7)),
            SmallRow("Kopā", ("1 942 203 €", "1 304", "1 972", GAP), True),
        ),
    )
    beside = SmallTable(
        "Filiāle", ("Unikālie apmeklētāji",), tuple(SmallRow(name, ("12 345",)) for name in longest("branches.csv", 5))
    )
    branches = longest("branches.csv", 5)
    visits = Chart(
        BARS, tuple(branches), ({},) * 5, (series("Apmeklējumi", [8_560, 6_716, 6_012, 99, 0], "visits"),), "visits"
    )
    remark = "Datu rindas pārrāvumi: " + "; ".join(f"{n} – {name}" for n, name in enumerate(benefits, 1))
    told = [slide(chart, HEADLINE.format(benefits[n]), remarks=(remark,) * (n % 3)) for n, chart in enumerate(charts)]
    comment = "Skaidrojums: " + " ".join(benefits[:4])
    return MadeDeck(
        "Sociālā dienesta darbs 2023. gadā",
        2023,
        COUNCIL,
        "lv",
        True,
        (
            MadeSlide(
                "title", "Sociālā dienesta darbs 2023. gadā: " + benefits[0], "", subtitle="Domes gada sēdei", foot=FOOT
            ),
            MadeSlide("figures", "2023. gads sešos skaitļos", "", figures=figures, remarks=(remark,), foot=FOOT),
            *told,
            slide(visits, HEADLINE.format(branches[0]), table=beside, comment=comment),
            slide(None, HEADLINE.format(benefits[0]), table=table, remarks=("Tabulā ir pirmās rindas.",)),
            slide(None, "Šo slaidu nevar izveidot", sentences=("Šādā dalījumā skaitļus domei nerāda.",)),
            MadeSlide(
                "method", "Avoti un metode", "", sentences=tuple(f"{name}: {name}." for name in benefits[:8]), foot=FOOT
            ),
        ),
    )
