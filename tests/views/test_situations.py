"""What municipalities report: the newest document counts, whole; drills stand apart; the rows can be rebuilt."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from views.test_rebuild import NOW, info, records

from broker.core.event import AlertAccepted, Event
from broker.core.lane import Lane
from broker.views.ground import Point, box_around, centre_of, distance_km
from broker.views.projection import ViewFile
from broker.views.situations import Situations, damage, headquarters, shelters, situation_seqs
from cap_formats.alert import Alert, MsgType, Scope, Status
from cap_formats.situation import (
    AnySituation,
    Damage,
    DamageSituation,
    HeadquartersSituation,
    People,
    Shelter,
    ShelterSituation,
)

CODE = "33202"
OKADA = Shelter(
    name="岡田小学校",
    address="真備町岡田100",
    circle="34.645637,133.70472 0.0",
    type="避難所",
    sort="開設",
    at=NOW,
    people=People(head_count=120, households=40),
    capacity=400,
    crowding="空き",
)
SONO = Shelter(name="薗小学校", circle="34.648146,133.692834 0.1", sort="開設", crowding="定員一杯")
HALL = Shelter(name="真備公民館", address="真備町箭田1141-1", sort="常設")
CLOSED = Shelter(name="二万小学校", circle="34.604581,133.708375 0", sort="閉鎖")


def town(*found: Shelter, code: str = CODE) -> ShelterSituation:
    return ShelterSituation(municipality=code, disaster="大雨", shelters=found)


def report(
    number: int,
    situation: AnySituation | None,
    *,
    chain: str = "c",
    status: Status = Status.ACTUAL,
    msg_type: MsgType = MsgType.ALERT,
    minutes: int = 600,
    late: bool = False,
    scope: Scope = Scope.PUBLIC,
    references: tuple[int, ...] = (),
    codes: tuple[str, ...] = (CODE,),
) -> AlertAccepted:
    alert = Alert(
        identifier=f"d{number}",
        sender="lalert",
        sent=NOW + timedelta(minutes=number),
        status=status,
        msg_type=msg_type,
        scope=scope,
        infos=(msgspec.structs.replace(info("避難所", minutes=minutes), sender_name="倉敷市"),),
        source_format="lalert",
        raw_digest="",
        chain=chain,
        place=(number,),
        situation=situation,
    )
    return AlertAccepted(
        alert=alert,
        raw=b"",
        chain=chain,
        place=(number,),
        late=late,
        lane=Lane.NORMAL,
        areas=(codes,),
        unplaced=(),
        issuer="lalert",
        via="lalert",
        received_at=NOW,
        seconds={},
        references=references,
    )


class View:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.views = ViewFile(path, (Situations(),))
        self.reader = self.views.reader()

    def apply(self, *events: Event) -> "View":
        self.views.apply(records(*events))
        return self

    def names(
        self, status: Status = Status.ACTUAL, now: datetime = NOW, codes: Sequence[str] | None = None
    ) -> list[str]:
        rows = shelters(self.reader, now, (status,), codes=codes, limit=100)
        return [f"{row.shelter.name} {row.shelter.sort}" for row in rows]

    def near(self, lat: float, lon: float, km: float, *, only_open: bool = False) -> list[tuple[str, float | None]]:
        found = shelters(
            self.reader, NOW, (Status.ACTUAL,), near=Point(lat, lon), radius_km=km, only_open=only_open, limit=100
        )
        return [(row.shelter.name, row.distance_km) for row in found]

    def close(self) -> None:
        self.reader.close()
        self.views.close()


@pytest.fixture
def view(tmp_path: Path) -> Iterator[View]:
    made = View(tmp_path / "views.db")
    yield made
    made.close()


def test_a_newer_document_replaces_all_of_the_older(view: View):
    view.apply(report(1, town(OKADA, SONO)), report(2, town(CLOSED, HALL), msg_type=MsgType.UPDATE))
    assert view.names() == ["真備公民館 常設", "二万小学校 閉鎖"]


def test_a_cancel_takes_it_away(view: View):
    view.apply(report(1, town(OKADA)), report(2, town(OKADA), msg_type=MsgType.CANCEL))
    assert view.names() == []
    assert situation_seqs(view.reader) == frozenset()


def test_what_came_late_changes_nothing(view: View):
    view.apply(report(2, town(OKADA)), report(1, town(SONO), late=True))
    assert view.names() == ["岡田小学校 開設"]


def test_what_takes_over_another_chain_replaces_it(view: View):
    view.apply(report(1, town(OKADA), chain="a"), report(2, town(SONO), chain="b", references=(1,)))
    assert view.names() == ["薗小学校 開設"]


def test_it_is_no_more_after_its_end(view: View):
    view.apply(report(1, town(OKADA), minutes=30))
    assert view.names(now=NOW + timedelta(minutes=29)) == ["岡田小学校 開設"]
    assert view.names(now=NOW + timedelta(minutes=30)) == []


def test_without_an_end_it_stands_until_replaced(view: View):
    open_ended = report(1, town(OKADA))
    alert = msgspec.structs.replace(
        open_ended.alert, infos=(msgspec.structs.replace(open_ended.alert.infos[0], expires=None),)
    )
    view.apply(msgspec.structs.replace(open_ended, alert=alert))
    assert view.names(now=NOW + timedelta(days=400)) == ["岡田小学校 開設"]


def test_a_drill_stands_apart(view: View):
    view.apply(report(1, town(OKADA)), report(2, town(CLOSED), chain="Exercise:c", status=Status.EXERCISE))
    assert view.names() == ["岡田小学校 開設"]
    assert view.names(Status.EXERCISE) == ["二万小学校 閉鎖"]
    newer = msgspec.structs.replace(OKADA, sort="閉鎖")
    view.views.apply(
        [
            (msgspec.structs.replace(record, seq=3), event)
            for record, event in records(report(3, town(newer), chain="x", status=Status.EXERCISE))
        ]
    )
    assert view.names() == ["岡田小学校 開設"], "a drill that closes a shelter closes none"


def test_of_two_documents_about_one_shelter_the_newest_counts_until_it_is_taken_back(view: View):
    shut = msgspec.structs.replace(OKADA, name="岡田　小学校", sort="閉鎖")
    view.apply(
        report(1, town(OKADA, SONO), chain="a"),
        report(2, town(shut), chain="b"),
    )
    assert view.names() == ["薗小学校 開設", "岡田　小学校 閉鎖"]
    assert [name for name, _ in view.near(34.64, 133.70, 5, only_open=True)] == ["薗小学校"]
    [back] = records(report(3, None, chain="b", msg_type=MsgType.CANCEL))
    view.views.apply([(msgspec.structs.replace(back[0], seq=3), back[1])])
    assert view.names() == ["岡田小学校 開設", "薗小学校 開設"]


def test_shelters_of_the_same_name_in_two_towns_are_two(view: View):
    other = report(2, town(msgspec.structs.replace(OKADA, sort="閉鎖"), code="33203"), chain="b", codes=("33203",))
    view.apply(report(1, town(OKADA), chain="a"), other)
    assert view.names() == ["岡田小学校 開設", "岡田小学校 閉鎖"]
    assert view.names(codes=["33203"]) == ["岡田小学校 閉鎖"]


def test_what_is_not_public_is_not_here(view: View):
    assert view.apply(report(1, town(OKADA), scope=Scope.RESTRICTED)).names() == []


def test_nobodys_name_is_here(view: View):
    view.apply(report(1, town(OKADA)))
    [row] = shelters(view.reader, NOW, (Status.ACTUAL,), limit=1)
    assert (row.shelter.people.head_count, row.sender_name) == (120, "倉敷市")
    assert "校長" not in view.path.read_bytes().decode("utf-8", "replace")


def test_around_a_point_the_nearest_come_first(view: View):
    view.apply(report(1, town(OKADA, SONO, HALL, CLOSED)))
    assert [name for name, _ in view.near(34.6045, 133.7083, 20)] == ["二万小学校", "岡田小学校", "薗小学校"]
    assert view.near(34.6045, 133.7083, 1) == [("二万小学校", pytest.approx(0.011, abs=0.001))]
    assert [name for name, _ in view.near(34.6045, 133.7083, 20, only_open=True)] == ["岡田小学校", "薗小学校"]


def test_headquarters_are_each_municipalitys_newest_word(view: View):
    view.apply(
        report(1, HeadquartersSituation(municipality=CODE, type="警戒本部", status="設置"), chain="a"),
        report(2, HeadquartersSituation(municipality=CODE, type="対策本部", status="設置"), chain="b"),
        report(3, HeadquartersSituation(municipality="33203", type="対策本部", status="解散"), chain="e"),
        report(
            4, HeadquartersSituation(municipality=CODE, type="対策本部", status="解散"), chain="x", status=Status.TEST
        ),
    )
    rows = headquarters(view.reader, NOW, (Status.ACTUAL,), None, 10)
    assert [(row.municipality, row.headquarters.type, row.headquarters.status) for row in rows] == [
        (CODE, "対策本部", "設置"),
        ("33203", "対策本部", "解散"),
    ]


def test_damage_of_two_disasters_stands_side_by_side(view: View):
    for number, chain in enumerate("ab", 1):
        counted = (Damage(group="HumanDamage", item="死者", value=float(number), unit="人"),)
        view.views.apply(
            [
                (msgspec.structs.replace(record, seq=number), event)
                for record, event in records(
                    report(number, DamageSituation(municipality=CODE, damages=counted), chain=chain)
                )
            ]
        )
    rows = damage(view.reader, NOW, (Status.ACTUAL,), [CODE], 10)
    assert [row.damage.damages[0].value for row in rows] == [2.0, 1.0]
    assert damage(view.reader, NOW, (Status.ACTUAL,), ["13101"], 10) == []


SORTS = st.sampled_from(["開設", "閉鎖", "常設", "不明"])
EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b"]),
        st.sampled_from(list(MsgType)[:3]),
        st.booleans(),
        st.lists(st.tuples(st.sampled_from(["甲", "乙", "丙"]), SORTS), max_size=3),
        st.sampled_from([Status.ACTUAL, Status.EXERCISE]),
        st.integers(-5, 30),
    ),
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(EVENTS)
def test_what_is_rebuilt_equals_what_was_lived(tmp_path_factory: pytest.TempPathFactory, told: list) -> None:
    folder = tmp_path_factory.mktemp("views")
    events = [
        report(
            number,
            town(*(Shelter(name=name, sort=sort) for name, sort in found)),
            chain=f"{status}:{chain}",
            msg_type=kind,
            late=late,
            status=status,
            minutes=minutes,
        )
        for number, (chain, kind, late, found, status, minutes) in enumerate(told, 1)
    ]
    lived, rebuilt = View(folder / "lived.db"), View(folder / "rebuilt.db")
    for pair in records(*events):
        lived.views.apply([pair])
        lived.views.apply([pair])
    rebuilt.views.apply(records(*events))
    for status in (Status.ACTUAL, Status.EXERCISE):
        assert lived.names(status) == rebuilt.names(status) == model(events, status)
    lived.close()
    rebuilt.close()


def model(events: Sequence[AlertAccepted], status: Status) -> list[str]:
    """The same by the plainest means: of each chain the newest document; of each name the newest word."""
    newest: dict[str, tuple[int, AlertAccepted]] = {}
    for seq, event in enumerate(events, 1):
        if not event.late:
            newest[event.chain] = (seq, event)
    said: dict[str, tuple[int, list[str]]] = {}
    for seq, event in sorted(newest.values(), key=lambda one: one[0]):
        alert, situation = event.alert, event.alert.situation
        [info] = alert.infos
        gone = alert.msg_type is MsgType.CANCEL or (info.expires is not None and info.expires <= NOW)
        if alert.status is not status or gone or not isinstance(situation, ShelterSituation):
            continue
        for shelter in situation.shelters:
            before = said.get(shelter.name)
            words = before[1] if before is not None and before[0] == seq else []
            said[shelter.name] = (seq, [*words, shelter.sort])
    rows = [(name, sort) for name, (_, sorts) in said.items() for sort in sorts]
    return [f"{name} {sort}" for name, sort in sorted(rows, key=lambda row: (row[1] not in {"開設", "常設"}, row[0]))]


@given(st.floats(20, 46), st.floats(122, 154), st.floats(0, 0.3), st.floats(-0.3, 0.3))
def test_a_box_holds_its_circle(lat: float, lon: float, north: float, east: float):
    here, there = Point(lat, lon), Point(lat + north, lon + east)
    box = box_around(here, distance_km(here, there))
    assert box.south <= there.lat <= box.north
    assert box.west <= there.lon <= box.east


def test_a_known_distance():
    assert distance_km(Point(35.681, 139.767), Point(34.702, 135.496)) == pytest.approx(403, abs=2)  # 東京 to 大阪


@pytest.mark.parametrize("text", [None, "", "x", "1", "1,2,3", "91,0 1", "0,181 1", "nan,1 1", "1,x 2"])
def test_a_circle_that_is_none_has_no_centre(text: str | None):
    assert centre_of(text) is None
