"""The official sample telegrams, each read once for all tests."""

from functools import cache

from corpus import corpus

from cap_formats.alert import Alert, Info
from cap_formats.jma.decode import decode_jma
from cap_formats.jma.megaquake import NANKAI, TRENCHES
from cap_formats.xml import read_xml

DRILLS = (
    "32-35_01_02_240613_VXSE52",
    *(f"32-39_12_{n}_250206_VTSE41" for n in ("02", "07", "13")),
    *(f"32-39_12_{n}_250206_VTSE51" for n in ("03", "06", "08", "10", "11", "12", "14")),
    "32-39_12_05_250206_VTSE52",
    "32-39_13_03_250206_VTSE51",
    "38_01_01_250624_VTSE51",
    "38_02_01_250710_VTSE51",
)
CANCELS = (
    "01_01_02_091210_VGSK50", "02_03_02_201224_VGSK55", "32-35_06_02_100915_VXSE52", "32-35_06_06_100915_VXSE53",
    "32-35_06_10_100915_VXSE61", "32-35_09_02_220316_VXSE56", "32-35_10_01_220510_VXSE51", "32-35_10_02_220510_VXSE60",
    "32-39_05_12_100915_VXSE53", "36_01_33_240613_VXSE44", "37_01_03_240613_VXSE43", "38-39_03_01_210805_VTSE41",
    "38-39_03_02_210805_VTSE51", "38-39_03_03_210805_VTSE51", "42_03_01_220402_VZSE40", "43_03_01_200522_VFVO52",
    "67_01_04_140927_VFVO56", "74_03_01_220318_VYSE50", "74_03_02_220318_VXSE56",
)  # fmt: skip
CORRECTIONS = (
    "01_01_03_091210_VGSK50", "03_01_03_091210_VGSK60", "06_04_03_200826_VPTI50", "07_04_02_200826_VPTI51",
    "07_04_03_200826_VPTI51", "10_05_02_200826_VPTW60", "10_05_03_200826_VPTW60", "20_01_01_100514_VPZJ50",
    "21_01_01_160628_VPCJ50", "24_09_01_100806_VPFD50", "43_02_01_200522_VFVO52", "67_01_03_140927_VFVO56",
)  # fmt: skip


@cache
def samples() -> tuple[str, ...]:
    """Names of all samples, without the ending."""
    return tuple(sorted(path.stem for path in corpus("corpus", "jma").glob("*.xml")))


@cache
def raw(name: str) -> bytes:
    return corpus("corpus", "jma", f"{name}.xml").read_bytes()


def decode(data: bytes) -> Alert:
    return decode_jma(read_xml(data), data)


@cache
def alert(name: str) -> Alert:
    return decode(raw(name))


def edited(name: str, *changes: tuple[str, str]) -> bytes:
    """A sample with words replaced; every change must be there to be made."""
    text = raw(name).decode()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text.encode()


def told(info: Info, name: str) -> list[str]:
    """All values of a parameter that repeats."""
    return [value.value for value in info.parameters if value.value_name == name]


def codes(info: Info) -> set[str]:
    return {code.value for area in info.areas for code in area.geocodes}


def told_codes(info: Info) -> set[str]:
    """The codes that stand in the telegram: not those that the law has for 南海トラフ and 後発地震."""
    by_law = {area.geocodes for area in (*NANKAI, *TRENCHES)}
    return {code.value for area in info.areas if area.geocodes not in by_law for code in area.geocodes}


def first(name: str, event: str) -> Info:
    """The first Info of that event in a sample."""
    return next(info for info in alert(name).infos if info.event == event)
