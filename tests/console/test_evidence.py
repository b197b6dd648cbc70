"""What channels wrote, as an officer reads it."""

import aiohttp
import pytest
from console.desk_house import DeskHouse, Officer

from broker.core.subscription import Subscription
from channels.http import deferred
from receivers.console.desk import Desk
from receivers.console.evidence import told


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("feeds show 43", "フィードに出した（記録 43 まで）"),
        ("in force as of record 43", "公開ページに出した（記録 43）"),
        ("newer", "新しい発令に置きかわった"),
        ("newer by 45", "新しい発令（記録 45）に置きかわった"),
        ("200 OK", "相手が受け付けた（200 OK）"),
        ("202 Accepted message 4371 code 2", "通信事業者が受け付けた（202 Accepted メッセージ 4371）"),
        ("connection refused: Cannot connect to host 10.0.0.1:80", "相手につながらない"),
        ("503 Service Unavailable", "相手が受け付けない（503 Service Unavailable）"),
        ("PUBACK 白子, 新倉", "無線の送り先が受け取った（白子, 新倉）"),
        ("mail-length: too long", "mail-length: too long"),
        (None, ""),
    ],
)
def test_an_officer_reads_japanese(written: str | None, read: str):
    assert told(written, "ja") == read
    assert told(written, "en") == (written or "")


@pytest.mark.parametrize(
    "error", [TimeoutError(), ConnectionResetError("reset"), aiohttp.ServerDisconnectedError(), OSError("x")]
)
def test_every_reason_of_the_client_has_a_row(error: BaseException):
    reason = deferred(error).reason
    assert told(reason, "ja") != reason


async def test_a_far_end_without_a_label_is_called_by_its_owner(house: DeskHouse, officer: Officer):
    assert officer.csrf
    session = next(iter(house.console._sessions._open.values()))
    place = house.broker.registry.get("11229")
    assert place is not None
    desk = Desk(house.broker, session, place)
    subscription = Subscription(id="sub_1", channel="webhook", owner="浜通り放送")
    labelled = Subscription(id="sub_2", channel="webhook", owner="浜通り放送", label="第2スタジオ")
    house.broker.subscriptions.in_force.update({one.id: one for one in (subscription, labelled)})
    assert [desk.label_of(name) for name in ("sub_1", "sub_2", "sub_3")] == ["浜通り放送", "第2スタジオ", "sub_3"]
