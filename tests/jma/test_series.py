"""Series: in whatever order telegrams come, the newest state holds in the end, and nothing older is sent."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta

import pytest
from core.message import NOW, accepted
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from telegrams import alert, decode, edited

from broker.core.chain import Chains
from broker.core.event import AlertAccepted, encode_event
from broker.journal.record import Entry, Record
from broker.views.in_force import InForce, holdings
from cap_formats.alert import Alert, MsgType, Status

FORECASTS = tuple(f"36_01_{n:02}_240613_VXSE44" for n in range(1, 34))
OTHER_FORM = ("緊急地震速報（予報）</Title>", "緊急地震速報（地震動予報）</Title>")
AREAS = ("39210", "44201")


class Broker:
    """Chains and the view of what holds, fed as intake and projector feed them."""

    def __init__(self, rows: sqlite3.Connection) -> None:
        self.chains = Chains()
        self.view = InForce()
        self.rows = rows
        self.taken: list[AlertAccepted] = []

    def take(self, message: Alert) -> AlertAccepted:
        resolution = self.chains.resolve(message)
        event = accepted(
            message,
            tuple(AREAS for _ in message.infos),
            chain=resolution.chain,
            place=resolution.place,
            late=resolution.late,
            references=resolution.references,
        )
        self.taken.append(event)
        seq = len(self.taken)
        self.chains.apply(seq, event)
        entry = Entry(kind="AlertAccepted", key=str(seq), at=NOW, body=encode_event(event))
        record = Record(
            stream="alerts", seq=seq, prev_hash=b"", **{n: getattr(entry, n) for n in entry.__struct_fields__}
        )
        self.view.apply(record, event, self.rows)
        return event

    def holds(self) -> Sequence[str]:
        at = max(event.alert.sent for event in self.taken) + timedelta(minutes=1)
        return [one.identifier for one in holdings(self.rows, at, (Status.ACTUAL,))]


@contextmanager
def broker() -> Iterator[Broker]:
    with closing(sqlite3.connect(":memory:")) as rows:
        rows.row_factory = sqlite3.Row
        rows.executescript(InForce.schema)
        yield Broker(rows)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(order=st.permutations(FORECASTS))
def test_the_33_reports_end_cancelled_in_any_order(order: list[str]) -> None:
    with broker() as house:
        for name in order:
            house.take(alert(name))
        assert house.holds() == []
        went_out = [event.alert for event in house.taken if not event.late]
        assert went_out[-1] is alert(FORECASTS[-1])
        assert [one.place for one in went_out] == sorted(one.place for one in went_out)
        assert went_out[-1].msg_type is MsgType.CANCEL


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_both_forms_of_each_report_are_one_state(data: st.DataObject) -> None:
    """VXSE44 and VXSE45 of the same reports, in any order: of each number one goes out at most, and one Cancel."""
    some = data.draw(st.lists(st.sampled_from(FORECASTS[:-1]), min_size=1, max_size=6, unique=True))
    names = [*some, FORECASTS[-1]]
    both = [alert(name) for name in names] + [decode(edited(name, OTHER_FORM)) for name in names]
    with broker() as house:
        for message in data.draw(st.permutations(both)):
            house.take(message)
        assert house.holds() == []
        places = [event.place for event in house.taken if not event.late]
        assert len(places) == len(set(places))
        assert sum(event.alert.msg_type is MsgType.CANCEL for event in house.taken if not event.late) == 1


def test_the_second_form_of_a_cancel_is_the_same_state_and_not_an_overtaken_one() -> None:
    with broker() as house:
        for name in (FORECASTS[-2], FORECASTS[-1]):
            house.take(alert(name))
        again = house.chains.resolve(decode(edited(FORECASTS[-1], OTHER_FORM)))
        assert (again.late, again.is_same) == (True, True)
        older = house.chains.resolve(alert(FORECASTS[3]))
        assert (older.late, older.is_same) == (True, False)


def test_a_report_holds_until_the_next() -> None:
    with broker() as house:
        for name in FORECASTS[:3]:
            house.take(alert(name))
        assert set(house.holds()) == {alert(FORECASTS[2]).identifier}


@pytest.mark.parametrize("name", ["15_17_01_241226_VPWW55", "15_16_04_241226_VPWW58", "13_04_01_110126_VPCU50"])
def test_of_a_kind_without_an_event_id_the_later_sent_wins(name: str) -> None:
    sent = alert(name).sent
    later = decode(edited(name, (f"<DateTime>{sent.year}", f"<DateTime>{sent.year + 1}")))
    assert alert(name).incidents == ()
    with broker() as house:
        assert not house.take(later).late
        assert house.take(alert(name)).late
        assert set(house.holds()) <= {later.identifier}
