"""Words that leave ground out (除く, 以外): it is never taken for what is meant, and nobody else is left out for it."""

from pathlib import Path

import pytest
from cap_words import Area, Code

from geo.place import District, Placement, Town, UnplacedPart
from geo.registry import Registry, open_registry


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("岡山市（北区を除く）", "33100"),
        ("岡山県（倉敷市を除く）", "33"),
        ("岡山県全域（倉敷市、総社市を除く）", "33"),
        ("岡山県(倉敷市は除く。)", "33"),
        ("岡山県内（倉敷市以外）", "33"),
        ("倉敷市（真備町を除く）", "33202"),
    ],
)
def test_what_is_left_out_in_brackets_takes_nothing_away(registry: Registry, words: str, code: str):
    assert registry.place([Area(words)]) == Placement(tuple(sorted(registry.leaves(code))))


@pytest.mark.parametrize(
    "words",
    [
        "倉敷市を除く岡山県",
        "倉敷市以外の岡山県",
        "倉敷市、総社市を除く岡山県全域",
        "岡山市、倉敷市のうち真備町を除く区域",
        "倉敷市は対象外",
        "総社市、倉敷市除く",
        "倉敷市を除く岡山県" + "。" * 2_000,
    ],
)
def test_what_is_left_out_anywhere_else_is_for_a_person(registry: Registry, words: str):
    assert registry.place([Area(words)]) == Placement((), (UnplacedPart(words, "areaDesc", words.strip()),))


def test_a_list_keeps_what_stands_beside_brackets(registry: Registry):
    placement = registry.place([Area("岡山市（北区を除く）、倉敷市")])
    assert placement == Placement((*sorted(registry.leaves("33100")), "33202"))


def inside(registry: Registry, code: str, words: str) -> Placement:
    return registry.place([Area("地区", (Code("JISX0402", code), Code("areaName", words)))])


@pytest.fixture
def mabi(fresh: Path) -> Registry:
    registry = open_registry(fresh)
    towns = ("真備町箭田", "真備町川辺", "真備町有井", "玉島")
    registry.add_towns({"33202": [Town(name=name, lat=34.6, lon=133.7) for name in towns]})
    registry.add_districts("01100", [District(code="1", name="旭", lat=43.05, lon=141.32)])
    return registry


@pytest.mark.parametrize("words", ["市内全域（真備町を除く）", "全域（玉島・箭田を除く）", "倉敷市（玉島以外）"])
def test_a_whole_municipality_but_for_some(mabi: Registry, words: str):
    assert inside(mabi, "332020", words) == Placement(("33202",))


@pytest.mark.parametrize("words", ["真備町（箭田を除く）", "箭田、川辺を除く全域", "玉島、箭田以外", "箭田は対象外"])
def test_what_is_left_out_gets_no_mark(mabi: Registry, words: str):
    assert inside(mabi, "332020", words) == Placement(("33202",), (UnplacedPart("地区", "areaName", words, "33202"),))


def test_a_town_but_for_some_of_it_is_a_part(mabi: Registry):
    spots = inside(mabi, "332020", "玉島（一部を除く）、川辺").spots
    assert [(spot.name, spot.partial) for spot in spots] == [("玉島", True), ("真備町川辺", False)]


def test_wards_that_are_left_out_narrow_nothing(mabi: Registry):
    sapporo = tuple(sorted(mabi.leaves("01100")))
    for words in ("全域（中央区を除く）", "中央区を除く全域", "北区、中央区を除く"):
        assert inside(mabi, "011002", words).municipalities == sapporo
    assert inside(mabi, "011002", "中央区（旭を除く）").municipalities == ("01101",)


@pytest.mark.parametrize(
    ("words", "codes", "unknown"),
    [
        ("札幌市中央区・北区・東区", ("01101", "01102", "01103"), []),
        ("札幌市北区、手稲区、小樽市", ("01102", "01109", "01203"), []),
        ("倉敷市と総社市", ("33202", "33208"), []),
        ("岡山県内", None, []),
        ("倉敷市阿知、昭和町", ("33202",), ["倉敷市阿知", "昭和町"]),  # not 昭和町 in 山梨県
        ("早島町、山梨県昭和町", ("19384", "33423"), []),
    ],
)
def test_a_piece_is_read_beside_the_one_before_it(
    registry: Registry, words: str, codes: tuple[str, ...] | None, unknown: list[str]
):
    placement = registry.place([Area(words)])
    assert placement.municipalities == (codes or tuple(sorted(registry.leaves("33"))))
    assert [part.value for part in placement.unplaced] == unknown
