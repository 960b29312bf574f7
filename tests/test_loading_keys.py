"""Personal codes and what stands for them. No code here is anybody's: each is put together from made-up digits."""

import multiprocessing
import stat
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.loading import keys

KEY, OTHER = b"k" * 32, b"o" * 32
TODAY = date(2024, 1, 31)


def old_style(digits: str) -> str:
    """Ten made-up digits and their control digit."""
    return digits + keys.control_digit(digits)


@pytest.mark.parametrize(
    ("beginning", "born"),
    [("0101000", date(1800, 1, 1)), ("3112991", date(1999, 12, 31)), ("2902002", date(2000, 2, 29))],
)
def test_an_old_code_has_its_birth_date(beginning: str, born: date) -> None:
    digits = old_style(f"{beginning}000")
    for written in (digits, f"{digits[:6]}-{digits[6:]}", f" {digits[:6]}–{digits[6:]} "):
        assert keys.read_personal_code(written, TODAY) == (digits, born)


@pytest.mark.parametrize("beginning", ["32", "35", "39"])
def test_a_new_code_has_no_birth_date(beginning: str) -> None:
    assert keys.read_personal_code(f"{beginning}0000-00000", TODAY) == (f"{beginning}000000000", None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "bad_personal_code"),
        ("123", "bad_personal_code"),
        ("seši cipari-pieci cipari", "bad_personal_code"),
        ("٠" * 11, "bad_personal_code"),
        ("0" * 12, "bad_personal_code"),
        (old_style("3002991000"), "bad_code_date"),
        (old_style("0101003000"), "bad_code_date"),
        (old_style("0113991000"), "bad_code_date"),
        (old_style("3101242000")[:-1] + "0", "bad_control_digit"),
        (old_style("0102242000"), "bad_code_date"),  # born tomorrow
        ("31000000000", "bad_code_date"),
    ],
)
def test_what_cannot_be_a_code_says_why_and_nothing_else(text: str, reason: str) -> None:
    with pytest.raises(keys.BadPersonalCode) as caught:
        keys.read_personal_code(text, TODAY)
    assert caught.value.reason == reason
    assert str(caught.value) == reason


@given(st.integers(0, 9), st.integers(1, 9))
def test_a_wrong_digit_is_noticed(place: int, more: int) -> None:
    digits = old_style("1111111111")
    changed = str((int(digits[place]) + more) % 10)
    wrong = digits[:place] + changed + digits[place + 1 :]
    if wrong[:2] in {"32", "33", "34", "35", "36", "37", "38", "39"}:
        return
    with pytest.raises(keys.BadPersonalCode):
        keys.read_personal_code(wrong, TODAY)


def test_a_leading_zero_that_a_spreadsheet_ate_is_put_back() -> None:
    digits = old_style("0101901000")
    assert keys.read_personal_code(digits[1:], TODAY).digits == digits


def test_keys_stand_for_one_person_and_one_household() -> None:
    digits = old_style("0101901000")
    assert keys.person_key(KEY, digits) == keys.person_key(KEY, digits)
    assert len(keys.person_key(KEY, digits)) == 64
    assert keys.person_key(KEY, digits) != keys.person_key(OTHER, digits)
    assert keys.household_key(KEY, "SP-1") == keys.household_key(KEY, " sp – 1 ")
    assert keys.household_key(KEY, "SP-1") != keys.household_key(KEY, "SP-2")
    assert keys.household_key(KEY, digits) != keys.person_key(KEY, digits)


def test_a_household_is_hashed_as_it_is_written_down() -> None:
    """Keys made today are those of the loads of the next years: they must never change."""
    # pragma: allowlist nextline secret
    assert keys.household_key(KEY, "PARAUGS-1") == "610ac814501425ac863b774e2be92b0bbbed26efdc1ca0d0ac24a58b8ef32b3d"
    # pragma: allowlist nextline secret
    assert keys.person_key(KEY, "00000000000") == "5d7674b5467ff84818788c8fd652a5155aa8d404d8ea8670d288c8a8b23d8bbb"
    # pragma: allowlist nextline secret
    assert keys.fingerprint(KEY) == "fa506d822503e934"


def test_the_key_is_made_once_and_for_its_owner_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secrets" / "person.key"
    monkeypatch.setenv("PERSON_KEY_FILE", str(path))
    key = keys.load_key()
    assert len(key) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert keys.load_key() == key
    assert [entry.name for entry in path.parent.iterdir()] == ["person.key"]


def test_two_that_begin_at_once_have_one_key(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        found = pool.map(keys.load_key, [tmp_path / "person.key"] * 4)
    assert len(set(found)) == 1


@pytest.mark.parametrize("content", ["", "zz", "00" * 31, "00" * 33, "ā"])
def test_a_file_without_a_key_is_said_so(tmp_path: Path, content: str) -> None:
    path = tmp_path / "person.key"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(keys.BadKeyFile, match=r"person\.key"):
        keys.load_key(path)
    with pytest.raises(keys.BadKeyFile):
        keys.load_key(tmp_path)


def test_a_lost_key_is_not_made_anew_where_it_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(keys.BadKeyFile):
        keys.load_key(tmp_path / "person.key", create=False)
    assert not list(tmp_path.iterdir())


def test_another_key_is_noticed() -> None:
    keys.check_fingerprint(KEY, None)
    keys.check_fingerprint(KEY, keys.fingerprint(KEY))
    with pytest.raises(keys.OtherKey):
        keys.check_fingerprint(OTHER, keys.fingerprint(KEY))
    assert KEY.hex() not in keys.fingerprint(KEY)


@pytest.mark.parametrize("hyphen", ["", "-", "–", " - ", "."])
def test_codes_are_taken_out_of_names(hyphen: str) -> None:
    name = f"Lieta 000000{hyphen}00000.xlsx"
    assert keys.without_personal_codes(name) == "Lieta •••.xlsx"
    assert keys.has_personal_code(name)


@pytest.mark.parametrize("name", ["izmaksas_2023-01.csv", "31.12.2023.", "2023-12-31 10:00", "Lapa 12345678"])
def test_other_numbers_stay_in_names(name: str) -> None:
    assert keys.without_personal_codes(name) == name
