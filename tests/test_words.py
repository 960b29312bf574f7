"""The words on screen: both languages say the same things, all of it is used, and Latvian is spelt right."""

import ast
import csv
import io
import re
import string
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from spylls.hunspell import Dictionary, readers

REPOSITORY = Path(__file__).resolve().parents[1]
CATALOGUES = [
    REPOSITORY / "data_access" / "language",
    REPOSITORY / "data_access" / "telling",
    REPOSITORY / "pages" / "texts",
]
DYNAMIC_PREFIXES_FILE = REPOSITORY / "pages" / "parts" / "texts.py"
# The annual report is written in Latvian only; its outline names its texts.
REPORT = REPOSITORY / "data_access" / "report"
OF_OUTLINE = ("titles", "say", "optional", "counts", "rules", "rule_names", "captions", "sheets", "corners", "labels")
NAMED_IN_OUTLINE = tuple(f"report.{part}." for part in OF_OUTLINE)
OWN_WORDS = Path(__file__).parent / "words" / "own_words.txt"
DICTIONARY = Path("/usr/share/hunspell/lv_LV.dic")

PLURAL_FORMS = {"lv": {"zero", "one", "other"}, "en": {"one", "other"}}
SOURCES = ["dashboard.py", "pages/**/*.py", "data_access/**/*.py"]
TABLES = [
    "data_access/reference/*.csv",
    "data_access/published/readings.csv",
    "data_access/published/contradictions.csv",
]

Catalogue = dict[str, str | dict[str, str]]

# --- catalogues ---------------------------------------------------------------------------------


def flat(tree: Mapping[str, Any], path: str = "") -> Catalogue:
    """Keys joined with dots; a table that has the form `other` is one text with plural forms."""
    found: Catalogue = {}
    for name, value in tree.items():
        if isinstance(value, Mapping) and "other" not in value:
            found |= flat(value, f"{path}{name}.")
        else:
            found[f"{path}{name}"] = value
    return found


def catalogue(folder: Path, language: str) -> Catalogue:
    path = folder / f"{language}.toml"
    assert path.exists(), f"there is no catalogue {path.relative_to(REPOSITORY)}"
    return flat(tomllib.loads(path.read_text(encoding="utf-8")))


def whole_catalogue(language: str) -> Catalogue:
    folders = [*CATALOGUES, REPORT] if language == "lv" else CATALOGUES
    return {key: text for folder in folders for key, text in catalogue(folder, language).items()}


def forms(text: str | Mapping[str, str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text.values())


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def differences(lv: Catalogue, en: Catalogue) -> Iterator[str]:
    for key in sorted(lv.keys() - en.keys()):
        yield f"{key} is missing in English"
    for key in sorted(en.keys() - lv.keys()):
        yield f"{key} is missing in Latvian"
    for key in sorted(lv.keys() & en.keys()):
        if isinstance(lv[key], str) != isinstance(en[key], str):
            yield f"{key} has plural forms in one language only"
            continue
        for language, text in (("lv", lv[key]), ("en", en[key])):
            if not isinstance(text, str) and set(text) != PLURAL_FORMS[language]:
                yield f"{key} needs the forms {sorted(PLURAL_FORMS[language])} in {language}"
            if not all(isinstance(form, str) and form.strip() for form in forms(text)):
                yield f"{key} has an empty text in {language}"
                continue
        in_lv, in_en = (set().union(*map(placeholders, forms(c[key]))) for c in (lv, en))
        if in_lv != in_en:
            yield f"{key} is filled with {sorted(in_lv)} in Latvian and {sorted(in_en)} in English"


@pytest.mark.parametrize("folder", CATALOGUES, ids=lambda folder: folder.name)
def test_both_languages_say_the_same_things(folder: Path) -> None:
    assert not list(differences(catalogue(folder, "lv"), catalogue(folder, "en")))


@pytest.mark.parametrize(
    ("lv", "en", "said"),
    [
        ({"a": "x"}, {}, "missing in English"),
        ({}, {"a": "x"}, "missing in Latvian"),
        ({"a": {"one": "x", "other": "y"}}, {"a": {"one": "x", "other": "y"}}, "needs the forms"),
        ({"a": {"zero": "x", "one": "x", "other": "y"}}, {"a": "x"}, "one language only"),
        ({"a": "{n} x"}, {"a": "{m} x"}, "is filled with"),
        ({"a": " "}, {"a": "x"}, "empty"),
    ],
)
def test_a_difference_between_the_languages_is_noticed(lv: Catalogue, en: Catalogue, said: str) -> None:
    assert any(said in difference for difference in differences(lv, en))


def test_no_key_stands_in_two_catalogues() -> None:
    keys = [key for folder in (*CATALOGUES, REPORT) for key in catalogue(folder, "lv")]
    assert len(keys) == len(set(keys))


def test_numbers_of_the_report_have_all_plural_forms() -> None:
    several = {key: text for key, text in catalogue(REPORT, "lv").items() if not isinstance(text, str)}
    assert several
    assert all(set(text) == PLURAL_FORMS["lv"] for text in several.values())
    assert all("{count}" in form for text in several.values() for form in text.values())


# --- keys in the code ---------------------------------------------------------------------------


class KeysInCode(ast.NodeVisitor):
    """Keys a source asks for by name, and the beginnings of keys it puts together.

    `t("a.b")`, `texts(language)("a.b")`, `key = "a.b"` and `key="a.b"` name a key; `t(f"a.{code}")`
    puts one together from the prefix `a.`. Any other string equal to a key counts as a use of it.
    """

    def __init__(self) -> None:
        self.named: set[str] = set()
        self.prefixes: set[str] = set()
        self.strings: set[str] = set()

    def _take(self, node: ast.expr | None) -> None:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            self.named.add(node.value)
        elif isinstance(node, ast.IfExp):
            self._take(node.body)
            self._take(node.orelse)
        elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
            self.prefixes.add(str(node.values[0].value))

    def visit_Call(self, node: ast.Call) -> None:
        function = node.func
        looks_up = (
            (isinstance(function, ast.Name) and function.id == "t")
            or (isinstance(function, ast.Attribute) and function.attr == "t")
            or (
                isinstance(function, ast.Call)
                and getattr(function.func, "id", getattr(function.func, "attr", "")) == "texts"
            )
        )
        if looks_up and node.args:
            self._take(node.args[0])
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        if any(isinstance(target, ast.Name) and target.id == "key" for target in node.targets):
            value = node.value
            if isinstance(value, ast.Constant) and "." in str(value.value):
                self._take(value)
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self.strings.add(node.value)


def keys_in(*sources: str) -> KeysInCode:
    keys = KeysInCode()
    for source in sources:
        keys.visit(ast.parse(source))
    return keys


def keys_in_code() -> KeysInCode:
    paths = sorted({path for pattern in SOURCES for path in REPOSITORY.glob(pattern)})
    return keys_in(*(path.read_text(encoding="utf-8") for path in paths))


def registered_prefixes(source: str) -> set[str]:
    """The constant DYNAMIC_PREFIXES: beginnings of keys that are built from vocabulary codes."""
    for node in ast.parse(source).body:
        targets = getattr(node, "targets", [getattr(node, "target", None)])
        if any(isinstance(target, ast.Name) and target.id == "DYNAMIC_PREFIXES" for target in targets):
            value = node.value
            if isinstance(value, ast.Call):  # frozenset({...})
                value = value.args[0]
            return set(ast.literal_eval(value))
    return set()


def unknown_keys(code: KeysInCode, texts: Catalogue) -> list[str]:
    return sorted(code.named - texts.keys())


def unused_keys(code: KeysInCode, prefixes: set[str], texts: Catalogue) -> list[str]:
    used = code.named | code.strings
    return [key for key in texts if key not in used and not key.startswith(tuple(prefixes | code.prefixes))]


def names_in_outline() -> set[str]:
    """What the outline of the report says, word by word, and the forms and additions that its texts ask for."""
    outline = (REPORT / "outline.toml").read_text(encoding="utf-8")
    parsed = [
        one
        for text in catalogue(REPORT, "lv").values()
        for form in forms(text)
        for one in string.Formatter().parse(form)
    ]
    asked = {spec for _, name, spec, _ in parsed if name is not None and spec}
    asked |= {name for _, name, spec, _ in parsed if spec == "?"}
    return {word.lstrip("+") for text in re.findall(r'"([^"]*)"', outline) for word in text.split()} | asked


def unnamed_texts(names: set[str], texts: Catalogue) -> list[str]:
    """Texts of the report's own parts of speech that the outline does not name."""
    return [key for key in texts if key.startswith(NAMED_IN_OUTLINE) and key.split(".")[2] not in names]


def idle_prefixes(prefixes: set[str], texts: Catalogue) -> list[str]:
    return sorted(prefix for prefix in prefixes if not any(key.startswith(prefix) for key in texts))


def all_prefixes() -> set[str]:
    assert DYNAMIC_PREFIXES_FILE.exists(), f"there is no {DYNAMIC_PREFIXES_FILE.relative_to(REPOSITORY)}"
    return registered_prefixes(DYNAMIC_PREFIXES_FILE.read_text(encoding="utf-8"))


def test_every_key_the_code_asks_for_exists() -> None:
    assert not unknown_keys(keys_in_code(), whole_catalogue("lv"))


def test_every_key_is_used() -> None:
    assert not unused_keys(keys_in_code(), all_prefixes() | set(NAMED_IN_OUTLINE), whole_catalogue("lv"))


def test_every_text_of_the_report_is_named_in_its_outline() -> None:
    texts = catalogue(REPORT, "lv")
    own = {"report.titles.checks", "report.captions.checks"}  # the chapter that is in every report
    assert set(unnamed_texts(names_in_outline(), texts)) == own
    assert unnamed_texts(names_in_outline(), {"report.say.nobody": "x", "report.said.nobody": "x"}) == [
        "report.say.nobody"
    ]


def test_every_prefix_begins_a_key() -> None:
    prefixes = all_prefixes() | keys_in_code().prefixes
    assert not [prefix for prefix in prefixes if "." not in prefix], "a prefix names at least its section"
    assert not idle_prefixes(prefixes, whole_catalogue("lv"))


def test_keys_are_found_in_code() -> None:
    code = keys_in(
        't("a.b", count=1)\nst.title(self.t("a.c"))\ntexts("lv")("a.d")\nt("a.e" if x else "a.f")',
        'class Wrong(Error):\n    key = "a.g"\nt(f"sections.{code}")\nPAGES = {"x": "a.h"}',
    )
    assert code.named == {"a.b", "a.c", "a.d", "a.e", "a.f", "a.g"}
    assert code.prefixes == {"sections."}
    assert unknown_keys(code, {"a.b": ""}) == ["a.c", "a.d", "a.e", "a.f", "a.g"]
    texts: Catalogue = dict.fromkeys(("a.b", "a.h", "a.left", "sections.x", "measures.y"), "")
    assert unused_keys(code, {"measures."}, texts) == ["a.left"]
    assert idle_prefixes({"measures.", "nothing."}, texts) == ["nothing."]


@pytest.mark.parametrize(
    "source",
    [
        'DYNAMIC_PREFIXES = ["a.", "b."]',
        'DYNAMIC_PREFIXES: tuple[str, ...] = ("a.", "b.")',
        'DYNAMIC_PREFIXES = frozenset({"a.", "b."})',
    ],
)
def test_registered_prefixes_are_read(source: str) -> None:
    assert registered_prefixes(f"import x\n{source}\n") == {"a.", "b."}


# --- spelling -----------------------------------------------------------------------------------

NOT_WORDS = re.compile(
    r"""
      \{[^{}]*\}                     # {placeholder}
    | `[^`]*`                        # `code`
    | (?<=\])\([^()\s]*\)            # the address of a [link](address)
    | https?://\S+ | \S+@\S+\.\S+    # addresses
    | :material/\w+: | :\w+(?=\[)    # :material/icon: and :colour[text]
    | &\w+;                          # &nbsp;
    | \b\S+\.(?:py|toml|csv|xlsx|duckdb|md)\b
    """,
    re.VERBOSE,
)
WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")


def words(text: str) -> list[str]:
    return WORD.findall(NOT_WORDS.sub(" ", text))


def own_words(text: str) -> dict[str, str]:
    """Word -> why it is right although the dictionary does not have it."""
    own: dict[str, str] = {}
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        word, _, reason = (part.strip() for part in line.partition("#"))
        assert reason, f"say why “{word}” is right: {word}  # reason"
        assert word not in own, f"“{word}” is listed twice"
        own[word] = reason
    return own


def listed_as(word: str, own: Mapping[str, str]) -> str | None:
    """A word listed in small letters may begin a sentence; a name is listed as it is written."""
    for form in (word, word[:1].lower() + word[1:]):
        if form in own:
            return form
    return None


def latvian_on_screen() -> dict[str, str]:
    """Latvian word -> a place where it stands."""
    found: dict[str, str] = {}
    for key, text in whole_catalogue("lv").items():
        for form in forms(text):
            for word in words(form):
                found.setdefault(word, f"text {key}")
    for path in sorted({path for pattern in TABLES for path in REPOSITORY.glob(pattern)}):
        with path.open(encoding="utf-8", newline="") as file:
            for number, row in enumerate(csv.DictReader(file), start=2):
                for column, value in row.items():
                    if column.endswith("_lv"):
                        for word in words(value or ""):
                            found.setdefault(word, f"{path.name}, line {number}")
    return found


class ClosingReader(readers.FileReader):
    """Spylls leaves the files it reads open, which Python warns of, and here a warning is an error."""

    def _open(self, path: str, encoding: str) -> io.StringIO:
        return io.StringIO(Path(path).read_text(encoding=encoding, errors="surrogateescape"))


@pytest.fixture(scope="module")
def dictionary() -> Dictionary:
    assert DICTIONARY.exists(), f"there is no {DICTIONARY}; `make test` installs it, or: apt-get install hunspell-lv"
    affixes, context = readers.read_aff(ClosingReader(str(DICTIONARY.with_suffix(".aff"))))
    stems = ClosingReader(str(DICTIONARY), encoding=context.encoding)
    return Dictionary(affixes, readers.read_dic(stems, aff=affixes, context=context))


@pytest.fixture(scope="module")
def not_in_dictionary(dictionary: Dictionary) -> dict[str, str]:
    return {word: place for word, place in latvian_on_screen().items() if not dictionary.lookup(word)}


def test_every_latvian_word_on_screen_is_spelt_right(not_in_dictionary: dict[str, str]) -> None:
    own = own_words(OWN_WORDS.read_text(encoding="utf-8"))
    wrong = [f"{word} ({place})" for word, place in not_in_dictionary.items() if not listed_as(word, own)]
    assert not wrong, "neither in the Latvian dictionary nor in own_words.txt:\n" + "\n".join(wrong)


def test_no_own_word_is_listed_in_vain(not_in_dictionary: dict[str, str]) -> None:
    own = own_words(OWN_WORDS.read_text(encoding="utf-8"))
    needed = {listed_as(word, own) for word in not_in_dictionary}
    assert not sorted(own.keys() - needed), "the dictionary has these words, or they are not on screen"


def test_words_are_what_a_reader_reads() -> None:
    text = "**Pabalsti** {year:d}. gadā [avots](https://x.lv/a-b) `kods_x` :material/home: :blue[zils] €5"
    assert words(text) == ["Pabalsti", "gadā", "avots", "zils"]
    assert words("sociāli-ekonomiskais, t.sk. bērni") == ["sociāli-ekonomiskais", "t", "sk", "bērni"]


@pytest.mark.parametrize("word", ["pabalsts", "Pabalstiem", "PABALSTU", "mājsaimniecība", "trūcīgas", "Ķegums"])
def test_the_dictionary_knows_the_trade(dictionary: Dictionary, word: str) -> None:
    assert dictionary.lookup(word)


@pytest.mark.parametrize("word", ["pabaltss", "majoklis", "garanteta", "trukums"])
def test_a_wrong_spelling_is_noticed(dictionary: Dictionary, word: str) -> None:
    assert not dictionary.lookup(word)


def test_own_words_carry_their_reasons() -> None:
    own = own_words("# a heading\n\nmobings  # newer than the dictionary\nNr  # abbreviation\n")
    assert own == {"mobings": "newer than the dictionary", "Nr": "abbreviation"}
    assert listed_as("Mobings", own) == "mobings"
    assert listed_as("nr", own) is None
    with pytest.raises(AssertionError, match="say why"):
        own_words("mobings\n")
