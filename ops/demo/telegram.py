"""Writes drill telegrams in the form of 気象庁防災情報XML (jmx.xsd, jmx_ib.xsd, jmx_mete.xsd), as the office would.

Only what the drill needs: weather warnings of the form of 2026 (Ｒ０６), which tell the whole state by area.
"""

from datetime import UTC, datetime
from typing import Final
from xml.sax.saxutils import escape

import msgspec

from ops.demo.town import NAME

OFFICE: Final = "岡山地方気象台"
PREFECTURE_AREA: Final = ("岡山県", "330000")
CITY_AREA: Final = (NAME, "3320200")
_RAIN: Final = "気象警報・注意報（Ｒ０６）（大雨）"
_LANDSLIDE: Final = "気象警報・注意報（Ｒ０６）（土砂災害）"
TITLES: Final = {"rain": _RAIN, "landslide": _LANDSLIDE}
_INFORMATION_TYPES: Final = (
    ("気象警報・注意報（府県予報区等）", "気象情報／府県予報区・細分区域等", PREFECTURE_AREA),
    ("気象警報・注意報（市町村等）", "気象・地震・火山情報／市町村等", CITY_AREA),
)


class Warned(msgspec.Struct, frozen=True, kw_only=True):
    """What holds: kind and code of the table WeatherWarning, its status, and what held before."""

    name: str
    code: str
    status: str
    last_name: str = ""
    last_code: str = ""


def telegram(subject: str, warned: Warned, at: datetime, headline: str) -> bytes:
    """Return one telegram with Status 訓練, for the whole prefecture and the town; ``at`` is when it is sent."""
    title = TITLES[subject]
    head = "".join(_information(kind, code_type, area, warned) for kind, code_type, area in _INFORMATION_TYPES)
    body = "".join(_warning(kind, area, warned) for kind, _, area in _INFORMATION_TYPES)
    local = at.isoformat(timespec="seconds")
    return f"""<?xml version="1.0" encoding="utf-8"?>
<Report xmlns="http://xml.kishou.go.jp/jmaxml1/" xmlns:jmx="http://xml.kishou.go.jp/jmaxml1/">
<Control>
<Title>{title}</Title>
<DateTime>{at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}</DateTime>
<Status>訓練</Status>
<EditorialOffice>{OFFICE}</EditorialOffice>
<PublishingOffice>{OFFICE}</PublishingOffice>
</Control>
<Head xmlns="http://xml.kishou.go.jp/jmaxml1/informationBasis1/">
<Title>岡山県気象警報・注意報</Title>
<ReportDateTime>{local}</ReportDateTime>
<TargetDateTime>{local}</TargetDateTime>
<EventID/>
<InfoType>発表</InfoType>
<Serial/>
<InfoKind>気象警報・注意報</InfoKind>
<InfoKindVersion>1.5_0</InfoKindVersion>
<Headline>
<Text>【訓練】{escape(headline)}</Text>
{head}</Headline>
</Head>
<Body xmlns="http://xml.kishou.go.jp/jmaxml1/body/meteorology1/">
{body}</Body>
</Report>
""".encode()


def _information(kind: str, code_type: str, area: tuple[str, str], warned: Warned) -> str:
    name, code = area
    return f"""<Information type="{kind}">
<Item>
<Kind><Name>{warned.name}</Name><Code>{warned.code}</Code></Kind>
<Areas codeType="{code_type}"><Area><Name>{name}</Name><Code>{code}</Code></Area></Areas>
</Item>
</Information>
"""


def _warning(kind: str, area: tuple[str, str], warned: Warned) -> str:
    name, code = area
    last = (
        f"<LastKind><Name>{warned.last_name}</Name><Code>{warned.last_code}</Code></LastKind>"
        if warned.last_name
        else ""
    )
    return f"""<Warning type="{kind}">
<Item>
<Kind><Name>{warned.name}</Name><Code>{warned.code}</Code><Status>{warned.status}</Status>{last}</Kind>
<Area><Name>{name}</Name><Code>{code}</Code></Area>
<ChangeStatus>警報・注意報種別に変化有</ChangeStatus>
<FullStatus>一部</FullStatus>
<EditingMark>0</EditingMark>
</Item>
</Warning>
"""
