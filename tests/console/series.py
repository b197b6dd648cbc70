"""気象警報・注意報時系列情報 (VPWP50) for tests, as of a moment."""

from datetime import datetime, timedelta

from console.desk_house import NOON

BASIS = "http://xml.kishou.go.jp/jmaxml1/elementBasis1/"
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
RAIN = "".join(
    f'<Precipitation xmlns="{BASIS}" type="１時間最大雨量" unit="mm" refID="{n}">{mm}</Precipitation>'
    for n, mm in enumerate((10, 20, 50, 50, 40, 10, 0, 0), 1)
)
WIND = f'<WindSpeed xmlns="{BASIS}" type="最大風速" unit="m/s" refID="4">23</WindSpeed>'
QUANTITIES = {
    "土砂災害危険度": f"<Kind><Property><PrecipitationPart><Base>{RAIN}</Base></PrecipitationPart></Property></Kind>",
    "風危険度": "<Kind><Property><WindSpeedPart><Base><Local><AreaName>陸上</AreaName>"
    f"{WIND}</Local></Base></WindSpeedPart></Property></Kind>",
}
QUIET = {"大雨浸水危険度": ["11"] * 8}


def telegram(
    town: str, dangers: dict[str, list[str]], *, now: datetime = NOON, hours_ago: float = 0, status: str = "通常"
) -> bytes:
    """A VPWP50 of eight times of three hours, the first of which ends now, with codes of Significancy for each."""
    times = "".join(
        f'<TimeDefine timeId="{n}"><DateTime>{now + timedelta(hours=3 * n - 6):%Y-%m-%dT%H:%M:%SZ}</DateTime>'
        "<Duration>PT3H</Duration></TimeDefine>"
        for n in range(1, 9)
    )
    kinds = ""
    for danger, codes in dangers.items():
        values = "".join(
            f'<Significancy refID="{n}" type="{danger}"><Name>{NAMES[code]}</Name><Code>{code}</Code></Significancy>'
            for n, code in enumerate(codes, 1)
        )
        if danger in ("風危険度", "土砂災害危険度"):
            kinds += QUANTITIES[danger]
        kinds += f"<Kind><Property><SignificancyPart><Base>{values}</Base></SignificancyPart></Property></Kind>"
    item = f"<Item>{kinds}<Area><Name>町</Name><Code>{town}</Code></Area></Item>"
    utc = f"{now - timedelta(hours=hours_ago):%Y-%m-%dT%H:%M:%SZ}"
    return HEAD.format(title=SERIES, utc=utc, status=status, times=times, items=item).encode()
