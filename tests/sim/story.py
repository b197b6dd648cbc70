"""What happens in a world: warnings, their updates and cancels, drills beside them, and senders that stumble."""

import random
from datetime import datetime, timedelta
from typing import NamedTuple

from cap_formats.alert import (
    Alert,
    Area,
    Category,
    Certainty,
    Info,
    MsgType,
    NamedValue,
    Reference,
    ResponseType,
    Scope,
    Severity,
    Status,
    Urgency,
    digest_of,
)

MUNICIPALITIES = ("33202", "33203", "33205", "34100", "34202")


class Message(NamedTuple):
    """One message: when it is first sent (seconds), and where it holds. ``again_s``: when it comes by another way."""

    time_s: float
    alert: Alert
    raw: bytes
    areas: tuple[tuple[str, ...], ...]
    again_s: float | None


def story(chance: random.Random, beginning: datetime) -> list[Message]:
    """Make up all messages of one run, some out of order, some twice, some under a name that was used before."""
    messages: list[Message] = []
    for number in range(chance.randint(2, 5)):
        messages += _series(chance, beginning, number, messages)
    if messages and chance.random() < 0.3:
        other = chance.choice(messages)
        forged = _message(
            chance, other.alert.identifier, other.alert.sent, other.alert.status, MsgType.ALERT, (), number
        )
        messages.append(forged._replace(time_s=other.time_s + 20))
    return messages


def _series(chance: random.Random, beginning: datetime, number: int, others: list[Message]) -> list[Message]:
    """Make up one series; an update may take over one of the others' as well."""
    status = chance.choice((Status.ACTUAL, Status.ACTUAL, Status.EXERCISE, Status.TEST))
    by_references = chance.random() < 0.6
    time_s = chance.uniform(0, 200)
    series: list[Message] = []
    for step in range(chance.choice((1, 2, 3, 4, 6))):
        kind = MsgType.ALERT if not step else chance.choice((MsgType.UPDATE, MsgType.UPDATE, MsgType.CANCEL))
        named = tuple(series[-chance.randint(1, 2) :]) if by_references else ()
        others_of_its_kind = [m for m in others if m.alert.status is status and m.time_s < time_s]
        if named and others_of_its_kind and chance.random() < 0.2:
            named = (*named, chance.choice(others_of_its_kind))
        references = tuple(
            Reference(m.alert.sender, m.alert.identifier, m.alert.sent.isoformat()) for m in named if step
        )
        sent = beginning + timedelta(seconds=int(time_s))
        message = _message(chance, f"{number}-{step}", sent, status, kind, references, number)
        delay_s = chance.choice((0.0, 0.0, 0.0, chance.uniform(0, 30)))
        series.append(message._replace(time_s=time_s + delay_s))
        if kind is MsgType.CANCEL:
            break
        time_s += chance.choice((0.2, 3.0, 20.0, 90.0)) * chance.random()
    return series


def _message(
    chance: random.Random,
    identifier: str,
    sent: datetime,
    status: Status,
    kind: MsgType,
    references: tuple[Reference, ...],
    number: int,
) -> Message:
    covered = tuple(tuple(chance.sample(MUNICIPALITIES, chance.randint(0, 3))) for _ in range(chance.randint(1, 2)))
    infos = tuple(_info(chance, sent, codes) for codes in covered)
    if kind is MsgType.CANCEL and chance.random() < 0.3:
        infos, covered = (), ()
    raw = f"{identifier}/{chance.random()}".encode()
    alert = Alert(
        identifier=identifier,
        sender="town",
        sent=sent,
        status=status,
        msg_type=kind,
        scope=Scope.PUBLIC,
        references=references,
        infos=infos,
        source_format="cap",
        raw_digest=digest_of(raw),
        chain=f"series:{number}" if not references else f"cap:{references[0].identifier}",
        place=(int(sent.timestamp()),),
    )
    again_s = chance.uniform(0, 60) if chance.random() < 0.2 else None
    return Message(0.0, alert, raw, covered, again_s)


def _info(chance: random.Random, sent: datetime, codes: tuple[str, ...]) -> Info:
    urgent = chance.random() < 0.4
    return Info(
        language="ja-JP",
        category=(Category.MET,),
        event=chance.choice(("大雨特別警報", "津波警報", "避難指示")),
        response_type=chance.choice(((), (ResponseType.EVACUATE,))),
        urgency=Urgency.IMMEDIATE if urgent else Urgency.EXPECTED,
        severity=Severity.EXTREME if urgent else chance.choice((Severity.MODERATE, Severity.MINOR)),
        certainty=Certainty.LIKELY,
        expires=chance.choice((None, sent + timedelta(seconds=chance.choice((10, 60, 300, 1_800))))),
        areas=tuple(Area(area_desc=code, geocodes=(NamedValue("JIS", code),)) for code in codes),
    )
