import pytest

from broker.core.problem import Problem
from cap_formats.alert import Status
from receivers.console.form import read_order, read_texts, reads_back, rows
from receivers.console.order import WHOLE, Order, Place

KNOWN = {"whole": Place(name=WHOLE), "d1": Place(name="白子"), "d2": Place(name="本町")}
NAMES = ("和光市", "埼玉県和光市", "わこうし", "Wako-shi")


def read(before: Order | None = None, **fields: str) -> Order:
    return read_order(
        {"hazard": ["洪水"], **{name.replace("__", "-"): [value] for name, value in fields.items()}},
        code="112291",
        municipality="和光市",
        status=Status.ACTUAL,
        known=KNOWN,
        before=before,
    )


def test_districts_go_to_their_levels_worst_first():
    order = read(at__d1="4", at__d2="3")
    assert [(part.level, [p.name for p in part.places]) for part in order.parts] == [(4, ["白子"]), (3, ["本町"])]


def test_typed_names_are_split_and_counted_once():
    order = read(at__typed="3", typed_names="上\n中、下,上")
    assert [place.name for place in order.parts[0].places] == ["上", "中", "下"]


def test_typed_names_may_stand_at_several_levels():
    order = read(
        at__typed="4", typed_names="上", at__typed2="3", typed2_names="中、下", at__typed3="5", typed3_names="川"
    )
    assert [(part.level, [p.name for p in part.places]) for part in order.parts] == [
        (5, ["川"]),
        (4, ["上"]),
        (3, ["中", "下"]),
    ]


def test_a_drawn_area_is_closed():
    order = read(at__drawn="5", drawn_name="川沿い", drawn_polygon="35.1,139.1 35.2,139.1  35.2,139.2")
    assert order.parts[0].places[0].polygons == ("35.1,139.1 35.2,139.1 35.2,139.2 35.1,139.1",)


@pytest.mark.parametrize(
    ("fields", "code", "path"),
    [
        ({}, "order-empty", "at-whole"),
        ({"hazard": "隕石"}, "order-invalid", "hazard"),
        ({"at__whole": "2"}, "order-invalid", "at-whole"),
        ({"at__typed": "4", "typed_names": "、"}, "order-invalid", "typed_names"),
        ({"at__typed3": "4"}, "order-invalid", "typed3_names"),
        ({"at__drawn": "4", "drawn_name": "x"}, "order-invalid", "drawn_polygon"),
        ({"at__d1": "4", "typed_names": "上"}, "order-invalid", "at-typed"),
        ({"at__d1": "4", "drawn_polygon": "35.1,139.1 35.2,139.1 35.2,139.2"}, "order-invalid", "at-drawn"),
        ({"at__d1": "4", "at__typed": "3", "typed_names": "白子"}, "order-invalid", "two-levels"),
    ],
)
def test_what_cannot_be_read_is_named(fields: dict[str, str], code: str, path: str):
    with pytest.raises(Problem) as caught:
        read(**fields)
    assert (caught.value.code, caught.value.path) == (code, path)


def test_a_form_for_an_update_shows_the_levels_that_are():
    before = read(at__d1="4", at__typed="3", typed_names="飛び地")
    shown = {row.name: row.level for row in rows([("d1", "白子", "しらこ"), ("d2", "本町", "ほんちょう")], before)}
    assert shown == {WHOLE: 0, "白子": 4, "本町": 0, "飛び地": 3}


@pytest.mark.parametrize(
    "name", ["和光", "和光市", "埼玉県和光市", "わこう", "ワコウシ", "ﾜｺｳ", "wako", "WAKO-SHI", "和光 市"]
)
def test_the_municipality_counts_in_any_spelling(name: str):
    assert reads_back({"level": ["4"], "municipality": [name]}, read(at__whole="4"), NAMES)


@pytest.mark.parametrize(
    ("level", "name"), [("3", "和光市"), ("", "和光市"), ("4", ""), ("4", "朝霞市"), ("44", "和光市"), ("4", "市")]
)
def test_a_wrong_read_back_is_wrong(level: str, name: str):
    assert not reads_back({"level": [level], "municipality": [name]}, read(at__whole="4"), NAMES)


def test_a_lift_is_read_back_as_zero():
    before = read(at__whole="4")
    lift = read_order(
        {"hazard": ["洪水"]},
        code="112291",
        municipality="和光市",
        status=Status.ACTUAL,
        known=KNOWN,
        before=before,
    )
    assert reads_back({"level": ["０"], "municipality": ["和光市"]}, lift, NAMES)
    assert not reads_back({"level": ["4"], "municipality": ["和光市"]}, lift, NAMES)


def test_texts_are_the_officers():
    order = read(at__whole="4")
    fields = {
        "headline-0": ["見出し"],
        "description-0": [""],
        "instruction-0": ["逃げて\r\nください"],
        "voice-0": ["こえ"],
    }
    assert read_texts(fields, order).parts[0].text.instruction == "逃げて\nください"
    with pytest.raises(Problem, match="headline"):
        read_texts({**fields, "headline-0": [" "]}, order)
