"""What a way in itself says of a message: one that says otherwise is held, and a person chooses."""

from pathlib import Path

import pytest
from held.desk import Desk, make_key, order
from service.serving import CONFIG, Serving, eventually

from broker.core.holder import Holder, Role


async def waiting_with(desk: Desk, code: str) -> int:
    """Return the record that waits for that reason, as soon as there is one."""
    found: list[int] = []

    async def there() -> bool:
        _, listed = await desk.ask("GET", "/api/v1/held?kind=held", desk.operator)
        found[:] = [line["seq"] for line in listed["held"] if line["code"] == code]
        return bool(found)

    await eventually(there, 15)
    return found[0]


@pytest.mark.parametrize(
    ("status", "given"), [("Exercise", {}), ("Actual", {"reason": "電話で確かめた", "confirm": "本番"})]
)
async def test_a_real_one_in_the_folder_of_drills(tmp_path: Path, status: str, given: dict[str, str]):
    for mode in ("live", "drill"):
        (tmp_path / "in" / mode).mkdir(parents=True)
    config = f'{CONFIG}[folder]\npath = "{tmp_path / "in"}"\nunsigned = true\ninterval_s = 0.05\nwait_s = 0.2\n'
    serving = Serving(tmp_path / "data", config).start()
    desk = Desk(serving)
    (tmp_path / "in" / "drill" / "order.xml").write_bytes(order("folder-1"))
    seq = await waiting_with(desk, "status-disagrees")
    sent = await desk.settled(seq, "settle", status=status, **given)
    assert (sent["status"], sent["via"], sent["issuer"]) == (status, "folder", "folder (unsigned)")
    assert f"<status>{status}</status>".encode() in await desk.raw(sent["seq"])
    assert "folder-1" in await desk.in_force("33202", status)
    assert serving.stop() == 0


async def test_a_missing_signature_is_waived_by_a_person_and_nothing_else_is(tmp_path: Path):
    serving = Serving(tmp_path / "data", f'{CONFIG}[signature]\npolicy = "require-trusted"\n').start()
    desk = Desk(serving)
    seq = await desk.stop_at("signature-missing", order("unsigned-1"))
    assert (await desk.listed(seq))["decisions"] == ["release", "drop"]
    sent = await desk.settled(seq, "release", reason="電話で確かめた")
    assert (sent["alert"]["identifier"], sent["owed"] > 0) == ("unsigned-1", True)
    doubtful = order("unsigned-2", headline="【訓練】避難指示を発令しました。")
    seq = await desk.stop_at("status-contradiction", doubtful)
    status, problem = await desk.decide(seq, "settle", status="Exercise")
    assert (status, problem["code"]) == (409, "signature-missing")
    assert serving.stop() == 0


async def test_what_cannot_be_read_is_read_by_a_person(desk: Desk):
    """A telegram whose status nobody knows is understood all the same; its bytes are never lost."""
    seq = await desk.stop_at("status-unknown", TELEGRAM, make_key(desk.serving, Holder(name="jma", role=Role.ISSUER)))
    shown = await desk.listed(seq)
    assert (shown["needs"], shown["held"]["understood"]["event"]) == ("status", "竜巻注意情報")
    sent = await desk.settled(seq, "settle", status="Actual", reason="気象庁に確かめた", confirm="本番")
    assert (sent["status"], sent["chain"].startswith("jma:Test:")) == ("Actual", False)
    assert await desk.raw(seq) == TELEGRAM


TELEGRAM = """<?xml version="1.0" encoding="UTF-8"?>
<Report xmlns="http://xml.kishou.go.jp/jmaxml1/" xmlns:jmx="http://xml.kishou.go.jp/jmaxml1/">
<Control><Title>竜巻注意情報</Title><DateTime>2026-11-21T00:00:00Z</DateTime><Status>演習</Status>
<EditorialOffice>岡山地方気象台</EditorialOffice><PublishingOffice>気象庁</PublishingOffice></Control>
<Head xmlns="http://xml.kishou.go.jp/jmaxml1/informationBasis1/"><Title>岡山県竜巻注意情報</Title>
<ReportDateTime>2026-11-21T09:00:00+09:00</ReportDateTime><TargetDateTime>2026-11-21T09:00:00+09:00</TargetDateTime>
<EventID></EventID><InfoType>発表</InfoType><Serial>1</Serial><InfoKind>竜巻注意情報</InfoKind>
<InfoKindVersion>1.0_0</InfoKindVersion><Headline><Text>岡山県では、竜巻などの激しい突風に注意してください。</Text>
<Information type="竜巻注意情報（発表細分）"><Item><Kind><Name>竜巻注意情報</Name><Code>1</Code></Kind>
<Areas codeType="気象情報／府県予報区・細分区域等"><Area><Name>岡山県</Name><Code>330000</Code></Area></Areas></Item>
</Information></Headline></Head><Body xmlns="http://xml.kishou.go.jp/jmaxml1/body/meteorology1/"/>
</Report>""".encode()
