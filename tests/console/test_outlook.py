"""What the desk shows of 気象庁's forecast of dangers, hour by hour."""

from console.desk_house import DeskHouse, Officer
from console.series import QUIET, telegram

from broker.core.event import ALERTS
from broker.core.holder import Holder, Role

JMA = Holder(name="jma", role=Role.ISSUER)


async def taken(house: DeskHouse, raw: bytes) -> None:
    [accepted] = await house.broker.accept(raw, holder=JMA, via="test")
    await house.broker.projector.reached(ALERTS, accepted.seq)


async def panel(officer: Officer, code: str = "11229") -> str:
    page = await officer.get(f"/console/desk?code={code}")
    _, found, rest = page.partition('id="outlook-h"')
    return found + rest.partition("</section>")[0]


async def test_without_a_forecast_nothing_is_claimed(officer: Officer) -> None:
    assert await panel(officer) == ""


async def test_the_dangers_here_from_now_on_worst_first(house: DeskHouse, officer: Officer) -> None:
    dangers = {
        "風危険度": ["30", "11", "11", "30", "30", "11", "11", "11"],
        "土砂災害危険度": ["21", "31", "31", "41", "41", "31", "11", "11"],
        "大雨浸水危険度": ["11"] * 8,
    }
    await taken(house, telegram("1122900", dangers))
    shown = await panel(officer)
    assert "大雨浸水" not in shown
    assert shown.index("土砂災害") < shown.index("<h3>風")
    assert "いま〜1日18時" in shown  # 12 to 18, as noon is now; what ended at noon is gone
    assert "警戒レベル２" not in shown
    assert '<span class="badge level l4">警戒レベル４相当</span> <span class="num">1日18時〜24時</span>' in shown
    assert '<span class="badge level l3">警戒レベル３相当</span> <span class="num">2日0時〜3時</span>' in shown
    assert '<span class="badge level l3">警報級</span> <span class="num">1日18時〜24時</span>' in shown


async def test_quiet_is_said_only_by_a_telegram_that_says_so(house: DeskHouse, officer: Officer) -> None:
    await taken(house, telegram("1122900", QUIET))
    assert "注意報級以上の見込みは出ていません" in await panel(officer)


async def test_the_newest_counts_and_an_old_one_is_called_old(house: DeskHouse, officer: Officer) -> None:
    await taken(house, telegram("1122900", {"土砂災害危険度": ["41"] * 8}, hours_ago=20))
    assert "12時間以上たっています" in await panel(officer)
    await taken(house, telegram("1122900", QUIET, hours_ago=1))
    shown = await panel(officer)
    assert "12時間以上たっています" not in shown
    assert "土砂災害" not in shown


async def test_neither_the_neighbours_weather_nor_a_drills(
    house: DeskHouse, officer: Officer, trainee: Officer
) -> None:
    await taken(house, telegram("1122800", {"土砂災害危険度": ["41"] * 8}))
    await taken(house, telegram("1122900", {"土砂災害危険度": ["41"] * 8}, status="訓練"))
    assert await panel(officer) == ""
    assert "警戒レベル４相当" in await panel(trainee)


async def test_parts_of_a_town_that_jma_tells_apart_are_named(house: DeskHouse) -> None:
    east = telegram("0442101", {"土砂災害危険度": ["11"] * 4 + ["31"] * 4}).replace(
        "町<".encode(), "大和町東部<".encode()
    )
    item = east[east.index(b"<Item>") : east.index(b"</Item>") + 7]
    west = item.replace(b"0442101", b"0442102").replace("東部".encode(), "西部".encode())
    await taken(house, east.replace(item, item + west))
    officer = Officer(house)
    await officer.sign_in(house.keys.add(Holder(name="大和町", role=Role.ISSUER, areas=("04421",))), "live")
    shown = await panel(officer, "04421")
    await officer.close()
    assert shown.count("警戒レベル３相当") == 1
    assert '<span class="soft small">大和町東部・大和町西部</span>' in shown


async def test_what_others_say_in_its_words_is_not_its_forecast(house: DeskHouse, officer: Officer) -> None:
    await officer.issue(await officer.draft(**{"at-whole": "4"}), "4")
    told = (
        "<parameter><valueName>jma:title</valueName><value>気象警報・注意報時系列情報（Ｒ０６）</value></parameter>"
        "<parameter><valueName>jma:dangerSpan</valueName><value>1122900 2026-07-01T12:00:00+09:00"
        " 2026-07-01T18:00:00+09:00 土砂災害危険度 警戒レベル４相当</value></parameter><area>"
        "<areaDesc>和光市</areaDesc><geocode><valueName>JMA_AreaInformationCity</valueName><value>1122900</value></geocode>"
        "</area><area>"
    )
    raw = (await house.broker.archive.accepted(1)).raw.decode()
    town, identifier = "33202.example.jp", "another"
    first = (await house.broker.archive.accepted(1)).alert
    raw = raw.replace(first.sender, town).replace(first.identifier, identifier).replace("<area>", told, 1)
    assert "jma:dangerSpan" in raw
    await taken(house, raw.encode())
    assert "警戒レベル４相当" not in await officer.get("/console/desk?code=11229")
    assert await panel(officer) == ""


async def test_the_peaks_of_what_makes_a_danger_until_they_are_over(house: DeskHouse, officer: Officer) -> None:
    await taken(house, telegram("1122900", {"風危険度": ["30"] * 8, "土砂災害危険度": ["41"] * 8}))
    shown = await panel(officer)
    assert "１時間最大雨量 50 mm（1日15時〜18時）" in shown
    assert "最大風速 23 m/s（1日18時〜21時）" in shown
    assert shown.index("１時間最大雨量") < shown.index("<h3>風") < shown.index("最大風速")
    house.pass_time(hours=7)
    assert "１時間最大雨量" not in await panel(officer)
    assert "most rain" not in await panel(officer)
    assert "最大風速 23 m/s（いま〜1日21時）" in await panel(officer)
