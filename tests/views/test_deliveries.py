"""Who has it and who has not: of one alert all are counted, and who has not got it is never behind a limit."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from views.test_rebuild import NOW, records

from broker.core.delivery import Level
from broker.core.event import AlertRouted, DeliveryDelivered, DeliverySuperseded, Owed, ReceiptReceived
from broker.core.lane import Lane
from broker.views.deliveries import Deliveries, deliveries, receipts_of, tally
from broker.views.projection import ViewFile

OWED = 30
SILENT = 28  # the last but one has not got it


@pytest.fixture
def view(tmp_path: Path) -> Iterator[ViewFile]:
    view = ViewFile(tmp_path / "views.db", [Deliveries()])
    routed = AlertRouted(
        alert_seq=1,
        chain="c",
        lane=Lane.NORMAL,
        swift=False,
        cancels=False,
        deadline=NOW,
        references=(),
        owed=tuple(Owed(delivery_id=f"d{n}", subscription_id=f"s{n}", channel="webhook") for n in range(OWED)),
        skipped=(),
    )
    got = [
        DeliveryDelivered(
            delivery_id=f"d{n}", attempt=1, level=Level.ACCEPTED, evidence="200", first_byte_s=None, outcome_s=0.1
        )
        for n in range(OWED)
        if n not in (0, SILENT)
    ]
    gone = DeliverySuperseded(delivery_id="d0", reason="newer", by_seq=2)
    said = ReceiptReceived(delivery_id="d5", level=Level.DISPLAYED, where="R-01", evidence="sounded", at=NOW)
    view.apply(records(routed, *got, gone, said))
    yield view
    view.close()


def test_all_are_counted(view: ViewFile):
    found = tally(view.reader(), 1)
    assert found.counts == (("delivered", OWED - 2), ("open", 1), ("superseded", 1))
    assert found.came_at is not None
    assert tally(view.reader(), 2).counts == ()


def test_who_has_not_got_it_comes_first(view: ViewFile):
    found = deliveries(view.reader(), alert_seq=1, limit=2)
    assert [row.subscription_id for row in found] == [f"s{SILENT}", "s0"]


def test_what_devices_reported_of_an_alert(view: ViewFile):
    [(subscription_id, channel, receipt)] = receipts_of(view.reader(), 1)
    assert (subscription_id, channel, receipt.where) == ("s5", "webhook", "R-01")
    assert receipts_of(view.reader(), 2) == []
