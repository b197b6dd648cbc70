"""Writes what the town reports of its shelters during the drill, as L-Alert documents, by the broker's own encoder.

The places are those of real schools and halls (国土地理院 指定緊急避難場所データ); how many came is made up.
"""

from datetime import datetime
from typing import Final

import msgspec

from cap_formats.alert import (
    Alert,
    Area,
    Category,
    Certainty,
    Info,
    MsgType,
    NamedValue,
    Scope,
    Severity,
    Status,
    Urgency,
)
from cap_formats.lalert.encode import encode_lalert
from cap_formats.lalert.name import DocumentName
from cap_formats.parameter import TRAINING
from cap_formats.situation import People, Shelter, ShelterSituation
from ops.demo.order import HOLDS
from ops.demo.town import CODE, CODE_6, NAME

SENDER: Final = "city.kurashiki.example.jp"
NOTE: Final = "ペットと来られる方は、受付でお知らせください。"


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """One shelter and how it is: how many have come, and how full that is."""

    name: str
    address: str
    lat: float | None
    lon: float | None
    capacity: int
    people: int = 0
    crowding: str = "空き"
    sort: str = "開設"


OKADA: Final = Count(name="岡田小学校", address="真備町岡田", lat=34.645637, lon=133.70472, capacity=450)
SONO: Final = Count(name="薗小学校", address="真備町市場", lat=34.648146, lon=133.692834, capacity=300)
NIMA: Final = Count(name="二万小学校", address="真備町上二万", lat=34.604581, lon=133.708375, capacity=220)
HALL: Final = Count(name="真備公民館分館", address="真備町服部", lat=None, lon=None, capacity=60)
OPENED: Final = (OKADA, SONO, NIMA, HALL)
FILLED: Final = (
    msgspec.structs.replace(OKADA, people=1_000, crowding="定員一杯"),
    msgspec.structs.replace(SONO, people=270, crowding="混雑"),
    msgspec.structs.replace(NIMA, people=90),
    msgspec.structs.replace(HALL, people=12),
)


def write_shelters(run: str, revision: int, sent: datetime, counts: tuple[Count, ...]) -> bytes:
    """Return one document; ``run`` names the series and ``revision``, from 1, the place in it."""
    info = Info(
        language="ja",
        category=(Category.SAFETY,),
        event="避難所",
        urgency=Urgency.UNKNOWN,
        severity=Severity.MINOR,
        certainty=Certainty.OBSERVED,
        effective=sent,
        expires=sent + HOLDS,
        sender_name=NAME,
        headline="【訓練】真備町の避難所の状況をお知らせします。",
        parameters=(NamedValue(TRAINING, "true"),),
        areas=(Area(area_desc=NAME, geocodes=(NamedValue("JISX0402", CODE_6),)),),
    )
    alert = Alert(
        identifier=f"shelters-{run}-{revision}",
        sender=SENDER,
        sent=sent,
        status=Status.EXERCISE,
        msg_type=MsgType.ALERT if revision == 1 else MsgType.UPDATE,
        scope=Scope.PUBLIC,
        infos=(info,),
        source_format="",
        raw_digest="",
        chain="",
        place=(),
        situation=_situation(sent, counts),
    )
    return encode_lalert(alert, document=DocumentName(document_id=f"{SENDER}-shelters-{run}", revision=revision))


def _situation(at: datetime, counts: tuple[Count, ...]) -> ShelterSituation:
    return ShelterSituation(
        municipality=CODE,
        disaster="平成30年7月豪雨",
        note=NOTE,
        total=People(head_count=sum(count.people for count in counts)),
        shelters_count=len(counts),
        shelters=tuple(
            Shelter(
                name=count.name,
                address=count.address,
                circle=None if count.lat is None else f"{count.lat},{count.lon} 0.0",
                type="避難所",
                sort=count.sort,
                at=at,
                people=People(head_count=count.people),
                capacity=count.capacity,
                crowding=count.crowding,
            )
            for count in counts
        ),
    )
