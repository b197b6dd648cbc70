"""Who may say what, about which area."""

from typing import Any

import pytest
from core.message import alert, info

from broker.core.holder import Holder, Role
from broker.core.permission import check
from cap_formats.alert import Alert, MsgType, Status

TOWN = frozenset({"33202", "33203"})


def holder(**changes: Any) -> Holder:
    fields: dict[str, Any] = {"name": "town", "role": Role.ISSUER, "areas": ("33202", "33203")}
    return Holder(**(fields | changes))


@pytest.mark.parametrize(
    ("who", "message", "codes", "problem"),
    [
        (holder(), alert(), {"33202"}, None),
        (holder(), alert(), {"33202", "33203"}, None),
        (holder(role=Role.SUBSCRIBER), alert(), {"33202"}, "role-may-not-issue"),
        (holder(role=Role.OPERATOR), alert(), {"33202"}, "role-may-not-issue"),
        (holder(statuses=(Status.EXERCISE,)), alert(), {"33202"}, "status-not-allowed"),
        (holder(statuses=()), alert(), {"33202"}, "status-not-allowed"),
        (holder(), alert(status=Status.TEST), {"33202"}, None),
        (holder(), alert(status=Status.SYSTEM), {"33202"}, "status-not-allowed"),
        (holder(), alert(), {"33202", "34100"}, "area-not-allowed"),
        (holder(), alert(), set(), "area-not-allowed"),
        (holder(), alert(infos=()), set(), "area-not-allowed"),
        (holder(), alert(msg_type=MsgType.CANCEL, infos=()), set(), None),
        (holder(), alert(msg_type=MsgType.CANCEL, infos=()), {"34100"}, "area-not-allowed"),
        (holder(areas=()), alert(), {"34100"}, None),
        (holder(areas=()), alert(), set(), None),
        (holder(events=("大雨",)), alert(), {"33202"}, None),
        (holder(events=("津波", "大雨")), alert(), {"33202"}, None),
        (holder(events=("津波",)), alert(), {"33202"}, "event-not-allowed"),
        (holder(events=("大雨",)), alert(infos=(info(), info(event="津波警報"))), {"33202"}, "event-not-allowed"),
    ],
)
def test_the_rules(who: Holder, message: Alert, codes: set[str], problem: str | None) -> None:
    found = check(who, message, codes, TOWN)
    assert (found and found.code) == problem
    assert found is None or found.status == 403


def test_the_municipalities_outside_are_named() -> None:
    codes = {str(n) for n in range(10_000, 10_020)} | {"33202"}
    found = check(holder(), alert(), codes, TOWN)
    assert found is not None
    assert "10000, 10001" in found.sentence
    assert "and 10 more" in found.sentence
    assert found.extra["areas"] == tuple(sorted(codes - {"33202"}))
