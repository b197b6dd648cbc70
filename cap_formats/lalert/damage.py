"""DamageInformation (被害情報) as ``DamageSituation``, and one Info that says the gravest of it.

Source: FORMATS 1.5; the elements as a sender of version 1.3 writes them: a wrapper (HumanDamages) around counts whose
kind and unit are attributes. A count that is no number (調査中) is left out; the bytes keep it.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple

from cap_formats import parameter
from cap_formats.alert import Alert, Category, Info
from cap_formats.lalert.body import DISASTER, INFORMATION, Body
from cap_formats.lalert.element import (
    TEXT,
    TIME,
    Element,
    Group,
    Struct,
    Whole,
    attributes_of,
    qualified,
    read_decimal,
    write_decimal,
)
from cap_formats.lalert.told import Told, situation_of
from cap_formats.problem import MessageRuleError
from cap_formats.situation import Damage, DamageSituation
from cap_formats.xml import XmlElement

NAME: Final = "DamageInformation"
EVENT: Final = "被害情報"
TOLD: Final = frozenset({"HumanDamage", "HouseDamage", "BuildingDamage", "FireDamage"})
"""What is told in words where it is not nothing; the rest is in the situation."""


class Kind(NamedTuple):
    """One kind of count: the struct's field, the group's name here, and where it stands.

    ``attribute`` holds its item (死者); where there is none, the item is ``item``. ``unit_attribute`` holds its unit;
    where there is none, the unit is ``unit``.
    """

    field: str
    group: str
    path: str
    attribute: str = ""
    item: str = ""
    unit_attribute: str = "counterUnit"
    unit: str = ""


KINDS: Final = (
    Kind("human", "HumanDamage", "pcx_di:HumanDamages/pcx_di:HumanDamage", "humanDamageType"),
    Kind("house", "HouseDamage", "pcx_di:HouseDamages/pcx_di:HouseDamage", "houseDamageType"),
    Kind("building", "BuildingDamage", "pcx_di:BuildingDamages/pcx_di:BuildingDamage", "buildingDamageType"),
    Kind("other", "OtherDamage", "pcx_di:OtherDamages/pcx_di:OtherDamage", "otherDamageType"),
    Kind("sufferer", "Sufferer", "pcx_di:Sufferers/pcx_di:Sufferer", "suffererDamageType"),
    Kind("fire", "FireDamage", "pcx_di:FireDamages/pcx_di:FireDamage", "fireDamageType"),
    Kind("facilities", "FacilitiesLosses", "pcx_di:Losses/pcx_di:FacilitiesLosses/pcx_di:Loss", "lossesDamageType"),
    Kind(
        "facilities_total",
        "FacilitiesLosses",
        "pcx_di:Losses/pcx_di:FacilitiesLosses/pcx_di:TotalLosses",
        item="小計",
        unit_attribute="currencyUnit",
    ),
    Kind("losses", "OtherLosses", "pcx_di:Losses/pcx_di:OtherLosses/pcx_di:Loss", "lossesDamageType"),
    Kind("losses_total", "Losses", "pcx_di:Losses/pcx_di:TotalLosses", item="被害総計", unit_attribute="currencyUnit"),
    Kind(
        "stations",
        "Firefighter",
        "pcx_di:Firefighter/pcx_di:TurnoutFireStation",
        item="消防職員出動延人数",
        unit_attribute="",
        unit="人",
    ),
    Kind(
        "companies",
        "Firefighter",
        "pcx_di:Firefighter/pcx_di:TurnoutFireCompany",
        item="消防団員出動延人数",
        unit_attribute="",
        unit="人",
    ),
)
"""In their order in the document."""


class Damages(Struct, frozen=True, kw_only=True):
    """pcx_di:DamageInformation; a field for each of ``KINDS``."""

    disaster: str | None = None
    note: str | None = None
    at: datetime | None = None
    human: tuple[Damage, ...] = ()
    house: tuple[Damage, ...] = ()
    building: tuple[Damage, ...] = ()
    other: tuple[Damage, ...] = ()
    sufferer: tuple[Damage, ...] = ()
    fire: tuple[Damage, ...] = ()
    facilities: tuple[Damage, ...] = ()
    facilities_total: tuple[Damage, ...] = ()
    losses: tuple[Damage, ...] = ()
    losses_total: tuple[Damage, ...] = ()
    stations: tuple[Damage, ...] = ()
    companies: tuple[Damage, ...] = ()


def _read(kind: Kind, element: XmlElement) -> Damage | None:
    value = read_decimal(element.text or "")
    if value is None:
        return None
    held = attributes_of(element)
    item = held.get(kind.attribute, "").strip() if kind.attribute else kind.item
    unit = held.get(kind.unit_attribute, "").strip() if kind.unit_attribute else kind.unit
    return Damage(group=kind.group, item=item, value=value, unit=unit)


def _write(kind: Kind, element: XmlElement, damage: Damage) -> None:
    for name, text in ((kind.attribute, damage.item), (kind.unit_attribute, damage.unit)):
        if name and text:
            element.set(qualified(f"pcx_di:{name}"), text)
    element.text = write_decimal(damage.value)


CONTENT: Final = Group(
    Damages,
    (
        DISASTER,
        Element("pcx_di:ComplementaryInfo", "note", TEXT),
        Element("pcx_di:DateTime", "at", TIME),
        *(
            Element(kind.path, kind.field, Whole(partial(_read, kind), partial(_write, kind)), many=True)
            for kind in KINDS
        ),
    ),
)


def situation(told: Told, body: Damages) -> DamageSituation:
    """Return all damage that is known."""
    return DamageSituation(
        municipality=told.municipality,
        disaster=body.disaster,
        note=body.note,
        at=body.at,
        damages=tuple(damage for kind in KINDS for damage in getattr(body, kind.field)),
    )


def infos_of(told: Told, body: Damages) -> tuple[Info, ...]:
    """Return the one Info: people first, then houses, of what is not nothing."""
    summary = _summary(situation(told, body).damages)
    info = told.info(
        EVENT,
        INFORMATION,
        category=Category.SAFETY,
        areas=told.areas,
        headline=told.headline or summary,
        description="\n".join(filter(None, (summary, body.note))),
        onset=body.at,
        parameters=((parameter.LALERT_DISASTER, body.disaster),),
    )
    return (info,)


def _summary(damages: tuple[Damage, ...]) -> str:
    told = "、".join(_said(damage) for damage in damages if damage.value and damage.group in TOLD)
    if told:
        return f"{told}。"
    return (
        "人や建物の被害の報告はありません。"
        if not any(damage.value for damage in damages)
        else "被害の報告があります。"
    )


def _said(damage: Damage) -> str:
    whole, _, fraction = write_decimal(damage.value).partition(".")
    number = f"{int(whole):,}" + (f".{fraction}" if fraction else "")
    return f"{damage.item.replace('_', '・')} {number}{damage.unit}".strip()


def damages_of(alert: Alert) -> Damages:
    """Return the body of a DamageSituation. Raises MessageRuleError ``lalert-damage-unknown`` for a count of a group
    that L-Alert does not have.
    """
    held = situation_of(alert.situation, DamageSituation) or DamageSituation()
    groups = {kind.group for kind in KINDS}
    if unknown := [damage.group for damage in held.damages if damage.group not in groups]:
        raise MessageRuleError(
            "lalert-damage-unknown",
            f"L-Alert has no damage of the group {unknown[0]}; its groups are {', '.join(sorted(groups))}.",
            path="/alert/situation/damages",
        )
    return Damages(
        disaster=held.disaster,
        note=held.note,
        at=held.at,
        **{kind.field: tuple(_of_kind(kind, held.damages)) for kind in KINDS},
    )


def _of_kind(kind: Kind, damages: tuple[Damage, ...]) -> Iterator[Damage]:
    fixed = {other.item for other in KINDS if other.group == kind.group and not other.attribute}
    for damage in damages:
        mine = damage.item not in fixed if kind.attribute else damage.item == kind.item
        if damage.group == kind.group and mine:
            yield damage


BODY: Final = Body(
    name=NAME,
    tag=qualified(f"pcx_di:{NAME}"),
    title="被害情報",
    content=CONTENT,
    infos=infos_of,
    situation=situation,
    struct=damages_of,
)
