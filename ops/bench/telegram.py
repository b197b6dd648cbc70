"""A 震度速報 (VXSE51) of any length, for machines that do not hold the official samples."""

from typing import Final

_AREAS: Final = (
    ("静岡県中部", "442"),
    ("静岡県西部", "443"),
    ("静岡県伊豆", "440"),
    ("静岡県東部", "441"),
    ("千葉県南部", "342"),
    ("東京都２３区", "350"),
    ("神奈川県東部", "360"),
    ("神奈川県西部", "361"),
)
_NAMESPACE: Final = "http://xml.kishou.go.jp/jmaxml1"


def intensity_report(areas: int) -> bytes:
    """Return a report that names so many areas (the same eight again and again)."""
    named = [_AREAS[i % len(_AREAS)] for i in range(areas)]
    headline = "".join(f"<Area><Name>{name}</Name><Code>{code}</Code></Area>" for name, code in named)
    body = "".join(f"<Area><Name>{name}</Name><Code>{code}</Code><MaxInt>4</MaxInt></Area>" for name, code in named)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Report xmlns="{_NAMESPACE}/"><Control><Title>震度速報</Title><DateTime>2026-07-01T20:09:11Z</DateTime>
<Status>通常</Status><EditorialOffice>気象庁本庁</EditorialOffice><PublishingOffice>気象庁</PublishingOffice></Control>
<Head xmlns="{_NAMESPACE}/informationBasis1/"><Title>震度速報</Title>
<ReportDateTime>2026-07-02T05:09:00+09:00</ReportDateTime><TargetDateTime>2026-07-02T05:07:00+09:00</TargetDateTime>
<EventID>20260702050711</EventID><InfoType>発表</InfoType><Serial/><InfoKind>震度速報</InfoKind>
<InfoKindVersion>1.0_0</InfoKindVersion><Headline><Text>２日０５時０７分ころ、地震による強い揺れを感じました。</Text>
<Information type="震度速報"><Item><Kind><Name>震度４</Name></Kind><Areas codeType="地震情報／細分区域">{headline}
</Areas></Item></Information></Headline></Head>
<Body xmlns="{_NAMESPACE}/body/seismology1/"><Intensity><Observation><CodeDefine>
<Type xpath="Pref/Code">地震情報／都道府県等</Type><Type xpath="Pref/Area/Code">地震情報／細分区域</Type></CodeDefine>
<MaxInt>4</MaxInt><Pref><Name>静岡県</Name><Code>22</Code><MaxInt>4</MaxInt>{body}</Pref>
</Observation></Intensity></Body></Report>""".encode()
