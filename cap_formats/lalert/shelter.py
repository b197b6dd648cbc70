"""Shelter (避難所情報): all shelters of a municipality as ``ShelterSituation``, and one Info that says how many.

Source: FORMATS 1.5. 常設 (always open) counts as open. When none is open any more, the Info says that it is over.
"""

from typing import Final

from cap_formats import parameter
from cap_formats.alert import Alert, Category, Info
from cap_formats.lalert.body import DISASTER, INFORMATION, INFORMATION_ENDED, Body
from cap_formats.lalert.element import NUMBER, TEXT, TIME, Element, Group, Leaf, Struct, qualified
from cap_formats.lalert.municipality import circle_text
from cap_formats.lalert.told import Told, situation_of
from cap_formats.situation import People, Shelter, ShelterSituation

NAME: Final = "Shelter"
EVENT: Final = "避難所"
OPEN: Final = frozenset({"開設", "常設"})
UNKNOWN: Final = "不明"
_NAMED_MAX: Final = 30  # shelters named in the text; all of them are in the situation
_HOUSEHOLDS: Final = (("pcx_sh:unit", "世帯"),)


class Shelters(Struct, frozen=True, kw_only=True):
    """pcx_sh:Shelter, the body."""

    disaster: str | None = None
    note: str | None = None
    total: People = People()
    count: int | None = None
    shelters: tuple[Shelter, ...] = ()


_PEOPLE: Final = Group(
    People,
    (
        Element("pcx_sh:HeadCount", "head_count", NUMBER),
        Element("pcx_sh:HeadCountVoluntary", "head_count_voluntary", NUMBER),
        Element("pcx_sh:Households", "households", NUMBER, attributes=_HOUSEHOLDS),
        Element("pcx_sh:HouseholdsVoluntary", "households_voluntary", NUMBER, attributes=_HOUSEHOLDS),
    ),
)


def _contact(kind: str, field: str) -> Element:
    attributes = (("pcx_eb:contactType", kind),)
    return Element("pcx_sh:Location/pcx_eb:ContactInfo", field, TEXT, attributes=attributes, chosen=True)


_SHELTER: Final = Group(
    Shelter,
    (
        Element("pcx_sh:Location/edxlde:circle", "circle", Leaf(circle_text)),
        Element("pcx_sh:Location/commons:areaName", "name", TEXT, missing=""),
        Element("pcx_sh:Location/commons:areaNameKana", "name_kana", TEXT),
        _contact("phone", "phone"),
        _contact("fax", "fax"),
        Element("pcx_sh:Location/pcx_sh:Address", "address", TEXT),
        Element("pcx_sh:Type", "type", TEXT),
        Element("pcx_sh:Sort", "sort", TEXT, missing=UNKNOWN),
        Element("pcx_sh:TypeDetail", "type_detail", TEXT),
        Element("pcx_sh:DateTime", "at", TIME),
        Element("pcx_sh:Capacity", "capacity", NUMBER),
        Element("pcx_sh:Status", "crowding", TEXT),
        Element("pcx_sh:NumberOf", "people", _PEOPLE, missing=People()),
        Element("pcx_sh:CheckedDateTime", "checked_at", TIME),
    ),
)
CONTENT: Final = Group(
    Shelters,
    (
        DISASTER,
        Element("pcx_sh:ComplementaryInfo", "note", TEXT),
        Element("pcx_sh:TotalNumber", "total", _PEOPLE, missing=People()),
        Element("pcx_sh:TotalNumberOfShelter", "count", NUMBER),
        Element("pcx_sh:Informations/pcx_sh:Information", "shelters", _SHELTER, many=True),
    ),
)


def situation(told: Told, body: Shelters) -> ShelterSituation:
    """Return the state of all shelters."""
    return ShelterSituation(
        municipality=told.municipality,
        disaster=body.disaster,
        note=body.note,
        total=body.total,
        shelters_count=body.count,
        shelters=body.shelters,
    )


def infos_of(told: Told, body: Shelters) -> tuple[Info, ...]:
    """Return the one Info: how many are open, for how many, and which."""
    opened = [shelter for shelter in body.shelters if shelter.sort in OPEN]
    count = len(opened) if body.shelters else body.count or 0
    summary = _summary(body, opened, count)
    names = [shelter.name for shelter in opened if shelter.name]
    listed = "、".join(names[:_NAMED_MAX]) + ("ほか" if len(names) > _NAMED_MAX else "")
    info = told.info(
        EVENT,
        INFORMATION if count or not _counted(body) else INFORMATION_ENDED,
        category=Category.SAFETY,
        areas=told.areas,
        headline=told.headline or summary,
        description="\n".join(filter(None, (summary, listed, body.note))),
        parameters=((parameter.LALERT_DISASTER, body.disaster),),
    )
    return (info,)


def _counted(body: Shelters) -> bool:
    """Tell whether the document says how many are open at all."""
    return bool(body.shelters) or body.count is not None


def _summary(body: Shelters, opened: list[Shelter], count: int) -> str:
    if not _counted(body):
        return "避難所についての情報です。"
    if not count:
        return "開設中の避難所はありません。"
    capacity = sum(shelter.capacity or 0 for shelter in opened)
    persons = body.total.head_count
    if persons is None:
        persons = sum(shelter.people.head_count or 0 for shelter in opened) or None
    households = body.total.households
    told = [f"避難所 {count:,}か所開設"]
    told += [f"収容 {capacity:,}人"] if capacity else []
    told += [f"避難者 {persons:,}人"] if persons is not None else []
    told += [f"{households:,}世帯"] if households is not None else []
    return "、".join(told) + "。"


def shelters_of(alert: Alert) -> Shelters:
    """Return the body of a ShelterSituation."""
    held = situation_of(alert.situation, ShelterSituation) or ShelterSituation()
    return Shelters(
        disaster=held.disaster,
        note=held.note,
        total=held.total,
        count=held.shelters_count,
        shelters=held.shelters,
    )


BODY: Final = Body(
    name=NAME,
    tag=qualified(f"pcx_sh:{NAME}"),
    title="避難所情報",
    content=CONTENT,
    infos=infos_of,
    situation=situation,
    struct=shelters_of,
)
