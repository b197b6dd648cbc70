"""What the desk shows of 気象庁's forecast of dangers, hour by hour."""

from datetime import timedelta

from console.desk_house import NOON, DeskHouse, Officer

from broker.core.event import ALERTS
from broker.core.holder import Holder, Role

JMA = Holder(name="jma", role=Role.ISSUER)
HEAD = """<Report xmlns="http://xml.kishou.go.jp/jmaxml1/"><Control><Title>{title}</Title>
<DateTime>{utc}</DateTime><Status>{status}</Status><EditorialOffice>熊谷地方気象台</EditorialOffice>
<PublishingOffice>熊谷地方気象台</PublishingOffice></Control>
<Head xmlns="http://xml.kishou.go.jp/jmaxml1/informationBasis1/"><Title>埼玉県警戒・注意事項時系列情報</Title>
<ReportDateTime>{utc}</ReportDateTime><TargetDateTime>{utc}</TargetDateTime><EventID/><InfoType>発表</InfoType><Serial/>
<InfoKind>気象警報・注意報時系列</InfoKind><InfoKindVersion>1.5_0</InfoKindVersion><Headline><Text/></Headline></Head>
<Body xmlns="http://xml.kishou.go.jp/jmaxml1/body/meteorology1/"><MeteorologicalInfos><TimeSeriesInfo><TimeDefines>
{times}</TimeDefines>{items}</TimeSeriesInfo></MeteorologicalInfos></Body></Report>"""
SERIES = "気象警報・注意報時系列情報（Ｒ０６）"
NAMES = {
    "21": "警戒レベル２",
    "31": "警戒レベル３相当",
    "41": "警戒レベル４相当",
    "30": "警報級",
    "11": "警戒レベル２未満",
}
QUIET = {"大雨浸水危険度": ["11"] * 8}


def telegram(town: str, dangers: dict[str, list[str]], *, hours_ago: float = 0, status: str = "通常") -> bytes:
    """A VPWP50 whose first three hours began at 09:00 in Japan, three before noon; for 和光市 or a neighbour."""
    times = "".join(
        f'<TimeDefine timeId="{n}"><DateTime>{NOON + timedelta(hours=3 * n - 6):%Y-%m-%dT%H:%M:%SZ}</DateTime>'
        "<Duration>PT3H</Duration></TimeDefine>"
        for n in range(1, 9)
    )
    kinds = ""
    for danger, codes in dangers.items():
        values = "".join(
            f'<Significancy refID="{n}" type="{danger}"><Name>{NAMES[code]}</Name><Code>{code}</Code></Significancy>'
            for n, code in enumerate(codes, 1)
        )
        kinds += f"<Kind><Property><SignificancyPart><Base>{values}</Base></SignificancyPart></Property></Kind>"
    item = f"<Item>{kinds}<Area><Name>町</Name><Code>{town}</Code></Area></Item>"
    utc = f"{NOON - timedelta(hours=hours_ago):%Y-%m-%dT%H:%M:%SZ}"
    return HEAD.format(title=SERIES, utc=utc, status=status, times=times, items=item).encode()


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
    assert shown.index("土砂災害") < shown.index("<strong>風")
    assert "いまから18時まで" in shown  # 12 to 18, as noon is now; what ended at noon is gone
    assert "警戒レベル２" not in shown
    assert '<span class="badge level l4">警戒レベル４相当</span> <span class="num">1日18時から24時まで</span>' in shown
    assert '<span class="badge level l3">警戒レベル３相当</span> <span class="num">2日0時から3時まで</span>' in shown
    assert '<span class="badge level l3">警報級</span> <span class="num">1日18時から24時まで</span>' in shown


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
