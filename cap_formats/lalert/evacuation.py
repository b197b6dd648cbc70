"""EvacuationOrder (避難勧告・指示情報): one Info for each Detail, each document the whole state of its municipality.

Source: FORMATS 1.5, 1.9, 4.3. 解除 stands beside what holds for about a day and names the Sort that had been in force:
it becomes AllClear, graded as what it lifts, so that whoever was warned also hears of the end. Details are kept in the
order in which they are to be written: 発令 by Sort, the gravest first, then 解除.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from cap_formats import parameter
from cap_formats.alert import Alert, Area, Category, Info, ResponseType
from cap_formats.lalert.body import DISASTER, Body, no_situation
from cap_formats.lalert.document import TargetArea
from cap_formats.lalert.element import NUMBER, TEXT, TIME, Element, Group, Struct, plain, qualified
from cap_formats.lalert.municipality import area_of_name, code_of, name_of
from cap_formats.lalert.sort import Sort, sort_of
from cap_formats.lalert.told import HAZARDS, Told, hazard_of, is_ours, values
from cap_formats.problem import MessageHeldError, MessageRuleError

NAME: Final = "EvacuationOrder"
PLACES_MAX: Final = (
    200_000  # places x target areas: each place is looked for in each; the largest cities have 1,000 towns
)
_PATH: Final = "/EDXLDistribution/contentObject/xmlContent/embeddedXMLContent/Report/EvacuationOrder"
ISSUED: Final = "発令"
LIFTED: Final = "解除"
_TARGET_WITHOUT: Final = "-"


class Count(Struct, frozen=True, kw_only=True):
    """TotalNumber or Object: how many it is for."""

    households: int | None = None
    persons: int | None = None


class Place(Struct, frozen=True, kw_only=True):
    """One area of a Detail, a name alone. ``at`` is when it was issued or lifted there."""

    name: str | None = None
    name_kana: str | None = None
    at: datetime | None = None
    count: Count = Count()


class Detail(Struct, frozen=True, kw_only=True):
    """What was issued or lifted, and where. ``sort`` is a word of ``cap_formats.lalert.sort``."""

    sort: str = ""
    issue_or_lift: str = ""
    count: Count = Count()
    places: tuple[Place, ...] = ()


class EvacuationOrder(Struct, frozen=True, kw_only=True):
    """pcx_ev:EvacuationOrder."""

    disaster: str | None = None
    note: str | None = None
    total: Count = Count()
    details: tuple[Detail, ...] = ()


_COUNT: Final = Group(
    Count,
    (
        Element("pcx_ev:Households", "households", NUMBER, attributes=(("pcx_ev:unit", "世帯"),)),
        Element("pcx_ev:HeadCount", "persons", NUMBER),
    ),
)
_PLACE: Final = Group(
    Place,
    (
        Element("pcx_eb:Location/commons:areaName", "name", TEXT),
        Element("pcx_eb:Location/commons:areaNameKana", "name_kana", TEXT),
        Element("pcx_ev:DateTime", "at", TIME),
        Element("pcx_ev:Object", "count", _COUNT, missing=Count()),
    ),
)
_DETAIL: Final = Group(
    Detail,
    (
        Element("pcx_ev:Sort", "sort", TEXT),
        Element("pcx_ev:IssueOrLift", "issue_or_lift", TEXT),
        Element("pcx_ev:Object", "count", _COUNT, missing=Count()),
        Element("pcx_ev:Areas/pcx_ev:Area", "places", _PLACE, many=True),
    ),
)
CONTENT: Final = Group(
    EvacuationOrder,
    (
        DISASTER,
        Element("pcx_ev:ComplementaryInfo", "note", TEXT),
        Element("pcx_ev:TotalNumber", "total", _COUNT, missing=Count()),
        Element("pcx_ev:Detail", "details", _DETAIL, many=True),
    ),
)


def infos_of(told: Told, order: EvacuationOrder) -> tuple[Info, ...]:
    """Return one Info for each Detail.

    Raises MessageHeldError ``lalert-detail-missing`` (to take it for "nothing is in force" would end every order),
    ``lalert-sort-unknown`` or ``lalert-issue-or-lift``: a person must look. MessageRuleError ``lalert-too-many``.
    """
    if not order.details:
        raise MessageHeldError(
            "lalert-detail-missing",
            "The order has no Detail; what is lifted is told by a Detail with IssueOrLift 解除, so a person must say "
            "what this means.",
            path=_PATH,
        )
    places = sum(len(detail.places) or len(told.targets) for detail in order.details)
    if places * max(1, len(told.targets)) > PLACES_MAX:
        raise MessageRuleError(
            "lalert-too-many",
            f"The order names {places} places and {len(told.targets)} target areas; their product may be {PLACES_MAX}.",
            path=_PATH,
        )
    details = sorted((_known(detail) for detail in order.details), key=_order)
    return tuple(_info(told, order, sort, detail) for sort, detail in details)


def _known(detail: Detail) -> tuple[Sort, Detail]:
    """Return the detail beside the row of its Sort, and say what a person must decide where there is none."""
    sort = sort_of(detail.sort)
    if sort is None:
        raise MessageHeldError(
            "lalert-sort-unknown",
            f"Sort is {detail.sort!r}, which is no evacuation order known here; a person must say what it is.",
            path=f"{_PATH}/Detail/Sort",
        )
    if plain(detail.issue_or_lift) not in {ISSUED, LIFTED}:
        raise MessageHeldError(
            "lalert-issue-or-lift",
            f"IssueOrLift is {detail.issue_or_lift!r}; it must be {ISSUED} or {LIFTED}.",
            path=f"{_PATH}/Detail",
        )
    return sort, detail


def _order(known: tuple[Sort, Detail]) -> tuple[bool, int]:
    sort, detail = known
    return plain(detail.issue_or_lift) == LIFTED, -sort.rank


def _info(told: Told, order: EvacuationOrder, sort: Sort, detail: Detail) -> Info:
    hazard = hazard_of(order.disaster, order.note, told.headline)
    places = tuple({place.name: place for place in reversed(detail.places) if place.name}.values())[::-1]
    areas = _areas(told, (place.name for place in places)) or _whole_areas(told)
    lifted = plain(detail.issue_or_lift) == LIFTED
    return told.info(
        detail.sort,
        sort.grade,
        category=HAZARDS[hazard][0] if hazard else Category.SAFETY,
        areas=areas,
        headline=told.headline,
        description=order.note,
        response_type=(ResponseType.ALL_CLEAR,) if lifted else None,
        onset=min((place.at for place in places if place.at), default=None),
        parameters=(
            (parameter.LEVEL, sort.level or None),
            (parameter.HAZARD, hazard),
            (parameter.HOUSEHOLDS, detail.count.households),
            (parameter.PERSONS, detail.count.persons),
            *_shared(told, order),
            *_of_places(places),
        ),
    )


def _areas(told: Told, names: Iterable[str | None]) -> tuple[Area, ...]:
    return tuple(area_of_name(name, told.targets, told.office.code or "") for name in names if name)


def _whole_areas(told: Told) -> tuple[Area, ...]:
    """Return the areas of a Detail that names none: all of each municipality."""
    return _areas(told, dict.fromkeys(target.name or target.code for target in told.targets))


def _shared(told: Told, order: EvacuationOrder) -> Iterator[tuple[str, Any]]:
    yield parameter.LALERT_DISASTER, order.disaster
    yield parameter.HOUSEHOLDS_TOTAL, order.total.households
    yield parameter.PERSONS_TOTAL, order.total.persons
    for target in told.targets:
        yield parameter.LALERT_TARGET, f"{target.code or _TARGET_WITHOUT} {target.name or ''}"


def _of_places(places: Sequence[Place]) -> Iterator[tuple[str, Any]]:
    for number, place in enumerate(places, 1):
        for name, value in (
            (parameter.PLACE_TIME, None if place.at is None else place.at.isoformat()),
            (parameter.PLACE_KANA, place.name_kana),
            (parameter.PLACE_HOUSEHOLDS, place.count.households),
            (parameter.PLACE_PERSONS, place.count.persons),
        ):
            if value is not None:
                yield name, f"{number} {value}"


def is_order(info: Info) -> bool:
    """Tell whether an Info of any format is a municipality's order, in Japanese: its event is one of the words, and
    its areas are named by municipality.
    """
    placed = any(code_of(area) for area in info.areas)
    return info.language.lower().startswith("ja") and sort_of(info.event) is not None and placed


def order_of(alert: Alert) -> EvacuationOrder:
    """Return the body of an order."""
    infos = alert.infos if is_ours(alert) else tuple(info for info in alert.infos if is_order(info))
    first = infos[0]
    orders = [info for info in infos if sort_of(info.event)]
    details = sorted(
        (_known(_detail(info, targets_of(info))) for info in orders),
        key=_order,
    )
    return EvacuationOrder(
        disaster=first.parameter(parameter.LALERT_DISASTER) or first.parameter(parameter.HAZARD),
        note="\n".join(dict.fromkeys(text for i in infos for text in (i.description, i.instruction) if text)) or None,
        total=_count(first, parameter.HOUSEHOLDS_TOTAL, parameter.PERSONS_TOTAL),
        details=tuple(detail for _, detail in details),
    )


def targets_of(info: Info) -> tuple[TargetArea, ...]:
    """Return the target areas of an order: those it came with, or the municipalities that its areas name."""
    told = [value.partition(" ") for value in values(info, parameter.LALERT_TARGET)]
    if told:
        return tuple(
            TargetArea(code=None if code == _TARGET_WITHOUT else code, name=name or None) for code, _, name in told
        )
    codes = dict.fromkeys(code for area in info.areas if (code := code_of(area)))
    name = info.sender_name if len(codes) == 1 else None
    return tuple(TargetArea(code=code, name=name) for code in codes)


def _detail(info: Info, targets: Sequence[TargetArea]) -> Detail:
    lifted = ResponseType.ALL_CLEAR in info.response_type
    return Detail(
        sort=info.event,
        issue_or_lift=LIFTED if lifted else ISSUED,
        count=_count(info, parameter.HOUSEHOLDS, parameter.PERSONS),
        places=tuple(_place(info, area, number, targets) for number, area in enumerate(info.areas, 1)),
    )


def _place(info: Info, area: Area, number: int, targets: Sequence[TargetArea]) -> Place:
    municipality = (targets[0].name if len(targets) == 1 else None) or ""
    at = _numbered(info, parameter.PLACE_TIME, number)
    kept = any(code.value_name == parameter.LALERT_BODY for code in info.event_codes)  # it has the times that it had
    return Place(
        name=name_of(area, municipality),
        name_kana=_numbered(info, parameter.PLACE_KANA, number),
        at=datetime.fromisoformat(at) if at else None if kept else info.onset,
        count=Count(
            households=_whole(_numbered(info, parameter.PLACE_HOUSEHOLDS, number)),
            persons=_whole(_numbered(info, parameter.PLACE_PERSONS, number)),
        ),
    )


def _numbered(info: Info, name: str, number: int) -> str | None:
    told = (value.partition(" ") for value in values(info, name))
    return next((value for count, _, value in told if count == str(number)), None)


def _count(info: Info, households: str, persons: str) -> Count:
    return Count(households=_whole(info.parameter(households)), persons=_whole(info.parameter(persons)))


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None


BODY: Final = Body(
    name=NAME,
    tag=qualified(f"pcx_ev:{NAME}"),
    title="避難勧告・指示情報",
    content=CONTENT,
    infos=infos_of,
    situation=no_situation,
    struct=order_of,
)
