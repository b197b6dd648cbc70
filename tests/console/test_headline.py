"""What an officer is told of a telegram that speaks of many coasts: what holds here, and not what holds elsewhere."""

from console.desk_house import DeskHouse, Officer
from corpus import corpus

from broker.core.event import ALERTS
from broker.core.holder import Holder, Role

SHOUT = "大津波警報・津波警報を発表しました。"
KURASHIKI = "33202"  # where the telegram has no more than slight changes of the sea


async def test_the_headline_of_a_far_coast_is_named_as_such(house: DeskHouse, officer: Officer):
    raw = corpus("corpus", "jma", "32-39_11_02_250206_VTSE41.xml").read_bytes()
    [taken] = await house.broker.accept(raw, holder=Holder(name="jma", role=Role.ISSUER), via="test")
    await house.broker.projector.reached(ALERTS, taken.seq)
    key = house.keys.add(Holder(name="kurashiki", role=Role.ISSUER, areas=(KURASHIKI,)))
    await officer.post("/console/sign-out")
    await officer.sign_in(key, "live")
    text = await officer.get(f"/console?code={KURASHIKI}")
    [line] = [part for part in text.split("<li") if "津波予報（若干の海面変動）" in part]
    before, _, after = line.partition("全域の見出し（ここだけのものではありません）：")
    assert SHOUT in after
    assert SHOUT not in before
