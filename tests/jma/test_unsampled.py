"""Telegrams that no official sample shows: made from samples of the same structure, or from the schema."""

from pathlib import Path

import pytest
from corpus import corpus
from lxml import etree
from telegrams import alert, codes, decode, edited, told

from cap_formats import parameter
from cap_formats.jma.family import family_of

RAIN = "15_17_01_241226_VPWW55"
CANCELLED_COUNT = "32-35_10_02_220510_VXSE60"
SEISMOLOGY = "http://xml.kishou.go.jp/jmaxml1/body/seismology1/"
COUNTS = """<EarthquakeCount><Item type="１時間地震回数"><StartTime>2022-05-10T17:00:00+09:00</StartTime>
<EndTime>2022-05-10T18:00:00+09:00</EndTime><Number>120</Number><FeltNumber>8</FeltNumber></Item>
<Item type="累積地震回数"><StartTime>2022-05-09T15:00:00+09:00</StartTime><EndTime>2022-05-10T18:00:00+09:00</EndTime>
<Number>-1</Number><FeltNumber>31</FeltNumber><Condition>地震回数は速報値</Condition></Item></EarthquakeCount>"""


def test_the_digest_says_what_the_telegrams_of_a_kind_say() -> None:
    digest = decode(edited(RAIN, ("（大雨）</Title>", "（集約通報）</Title>")))
    assert digest.chain.startswith("jma:vpws50:")
    assert [info.event for info in digest.infos[:-1]] == [info.event for info in alert(RAIN).infos[:-1]]
    assert [codes(info) for info in digest.infos] == [codes(info) for info in alert(RAIN).infos]
    assert {info.parameter(parameter.DIGEST) for info in digest.infos} == {"true"}
    assert {info.parameter(parameter.DIGEST) for info in alert(RAIN).infos} == {None}


def test_counts_of_earthquakes() -> None:
    text = "<Text>先ほどの、地震回数に関する情報を取り消します。</Text>"
    report = decode(edited(CANCELLED_COUNT, ("<InfoType>取消", "<InfoType>発表"), (text, COUNTS)))
    (info,) = report.infos
    assert told(info, parameter.COUNT) == [
        "2022-05-10T17:00:00+09:00 2022-05-10T18:00:00+09:00 120 8 １時間地震回数",
        "2022-05-09T15:00:00+09:00 2022-05-10T18:00:00+09:00 -1 31 累積地震回数 地震回数は速報値",
    ]
    assert info.description == (
        "１時間地震回数 10日17時00分から10日18時00分まで: 地震120回　有感8回\n"
        "累積地震回数 9日15時00分から10日18時00分まで: 有感31回"
    )


def test_the_counts_are_as_the_schema_has_them() -> None:
    schema = etree.parse(str(corpus("corpus", "jma", "schema", "jmx_seis.xsd")))
    names = schema.xpath("//*[@name='type.CountData']//@name")
    assert [str(name) for name in names[1:6]] == ["StartTime", "EndTime", "Number", "FeltNumber", "Condition"]


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("緊急地震速報（地震動予報）", "vxse45"),
        ("緊急地震速報テスト", "vxse42"),
        ("緊急地震速報配信テスト", "vxse42"),
        ("気象警報・注意報（Ｒ０６）（土砂）", "vpww56"),
        ("気象警報・注意報（Ｒ０６）（土砂災害）", "vpww56"),
        ("気象警報・注意報（Ｒ０６）（集約通報）", "vpws50"),
        ("南海トラフ地震関連解説情報", "vyse51"),
        ("降灰予報（速報）", "vfvo54"),
        ("降灰予報（詳細）", "vfvo54"),
        ("気象警報・注意報時系列情報（Ｒ０６）", "forecast"),
        ("リアルタイム震度", "bulletin"),
        ("早期注意情報（警報級の可能性）", "outlook"),
    ],
)
def test_titles(title: str, code: str) -> None:
    assert family_of(title).code == code


def test_an_activity_report_tells_its_earthquake() -> None:
    quake = """<Earthquake xmlns:eb="http://xml.kishou.go.jp/jmaxml1/elementBasis1/">
<OriginTime>2019-11-11T16:00:00+09:00</OriginTime><Hypocenter><Area><Name>伊豆半島東方沖</Name>
<eb:Coordinate description="北緯３５．０度　東経１３９．１度　ごく浅い">+35.0+139.1+0/</eb:Coordinate>
</Area></Hypocenter><eb:Magnitude type="Mj" description="Ｍ５．５">5.5</eb:Magnitude></Earthquake>"""
    (info,) = decode(edited("32-35_09_01_191111_VXSE56", ("<Text>伊豆東部の", f"{quake}<Text>伊豆東部の"))).infos
    assert info.parameter(parameter.EPICENTRE) == "伊豆半島東方沖"
    assert (info.parameter(parameter.MAGNITUDE), info.parameter(parameter.DEPTH)) == ("5.5", "0")
    assert (info.description or "").startswith("震源　伊豆半島東方沖　北緯３５．０度")


def test_no_reader_compares_names_of_kinds() -> None:
    """レベル３大雨警報 is 大雨警報: names are searched for words and never held to be equal to one."""
    folder = Path(__file__).parents[2] / "cap_formats" / "jma"
    for path in folder.glob("*.py"):
        for line in path.read_text("utf-8").splitlines():
            assert not ("==" in line and ('警報"' in line or '注意報"' in line)), (path.name, line)
