import csv

import pytest
from corpus import corpus

from geo.code import check_digit, plain, with_check_digit


def test_the_check_digit_agrees_with_every_official_code():
    with corpus("tables", "municipalities_abr.csv").open(encoding="utf-8-sig") as lines:
        codes = [row["lg_code"] for row in csv.DictReader(lines)]
    assert len(codes) > 1900
    assert [code for code in codes if check_digit(code[:5]) != code[5]] == []


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("33202", "33202"),
        ("332020", "33202"),
        ("33", "33"),
        ("33000", "33"),
        ("330001", "33"),
        ("131016", "13101"),
        ("131017", None),  # the check digit of 千代田区 is 6
        ("3320200", None),
        ("3320", None),
        ("３３２０２", None),
        ("", None),
        ("33a02", None),
    ],
)
def test_codes_are_brought_to_one_form(written: str, key: str | None):
    assert plain(written) == key


def test_prefectures_get_a_check_digit_too():
    assert with_check_digit("32") == "320005"
    assert with_check_digit("13101") == "131016"
