"""What a municipality reports beside alerts: its shelters, its headquarters, its damage (L-Alert 1.3, FORMATS 1.5).

Each is the whole state at one moment, as L-Alert's documents are: a newer one of the same chain replaces it. They ride
on the Alert that announces them, as ``Alert.situation``. The words in them are the closed words of L-Alert, kept as
they came, so that one which is not in a table yet is shown rather than lost.
"""

from datetime import datetime

import msgspec


class Situation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """What all three share.

    ``municipality`` is the JIS X 0402 code, 5 digits, of who reports ("" where the document does not say);
    ``disaster`` is the disaster's name, ``note`` the ComplementaryInfo.
    """

    municipality: str = ""
    disaster: str | None = None
    note: str | None = None


class People(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many are there, in persons and in households; the voluntary ones (自主避難) are counted among them."""

    head_count: int | None = None
    head_count_voluntary: int | None = None
    households: int | None = None
    households_voluntary: int | None = None


class Shelter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One shelter (pcx_sh:Information).

    ``type`` is 避難所, 臨時避難所, 広域避難場所 or 一時避難場所; ``sort`` is 未開設, 開設, 閉鎖, 不明 or 常設;
    ``crowding`` is 空き, 混雑, 定員一杯 or 不明. ``circle`` is CAP text, "lat,lon radius_km". ``at`` is when ``sort``
    came to hold, ``checked_at`` when somebody last looked. Who is responsible there (ContactInfo of a person) is not
    read: that name is for the office, and stays in the bytes as received.
    """

    name: str
    name_kana: str | None = None
    address: str | None = None
    circle: str | None = None
    phone: str | None = None
    fax: str | None = None
    type: str | None = None
    type_detail: str | None = None
    sort: str
    at: datetime | None = None
    people: People = People()
    capacity: int | None = None
    crowding: str | None = None
    checked_at: datetime | None = None


class ShelterSituation(Situation, frozen=True, kw_only=True, tag="shelters"):
    """All shelters of one municipality (pcx_sh:Shelter). ``shelters_count`` is TotalNumberOfShelter as written."""

    total: People = People()
    shelters_count: int | None = None
    shelters: tuple[Shelter, ...] = ()


class HeadquartersSituation(Situation, frozen=True, kw_only=True, tag="headquarters"):
    """A headquarters (pcx_ah:AntidisasterHeadquarter): ``type`` 警戒本部 or 対策本部, ``status`` 設置 or 解散."""

    type: str
    status: str
    name: str | None = None
    at: datetime | None = None


class Damage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One count of damage: ``group`` is the element of L-Alert (HumanDamage), ``item`` its kind (死者), ``unit`` 人,
    棟, 世帯, ha, 箇所, 隻, 戸, 回線, 件 or 千円.
    """

    group: str
    item: str
    value: float
    unit: str


class DamageSituation(Situation, frozen=True, kw_only=True, tag="damage"):
    """All damage known at ``at`` (pcx_di:DamageInformation)."""

    at: datetime | None = None
    damages: tuple[Damage, ...] = ()


AnySituation = ShelterSituation | HeadquartersSituation | DamageSituation
