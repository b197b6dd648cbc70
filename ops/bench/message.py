"""The messages that benchmarks send: a municipal order as CAP, of about four kilobytes, told apart by its number."""

from datetime import UTC, datetime
from typing import Final

from cap_formats.alert import (
    Alert,
    Area,
    Category,
    Certainty,
    Info,
    MsgType,
    NamedValue,
    ResponseType,
    Scope,
    Severity,
    Status,
    Urgency,
)
from cap_formats.cap.encode import encode_cap

_TEXTS: Final = (
    ("ja-JP", "避難指示", "川の水が増えています。危険な場所から全員避難してください。" * 8),
    ("en-US", "Evacuation order", "The river is rising. Everybody must leave dangerous places now. " * 8),
)


def order(name: str, *, status: Status = Status.ACTUAL, code: str = "332020") -> bytes:
    """Return one order as CAP; ``name`` is its identifier and stands in its headlines."""
    area = Area(area_desc="倉敷市", geocodes=(NamedValue("JISX0402", code),))
    infos = tuple(
        Info(
            language=language,
            category=(Category.SAFETY,),
            event=event,
            response_type=(ResponseType.EVACUATE,),
            urgency=Urgency.IMMEDIATE,
            severity=Severity.SEVERE,
            certainty=Certainty.LIKELY,
            headline=f"{event} {name}",
            description=text,
            areas=(area,),
        )
        for language, event, text in _TEXTS
    )
    alert = Alert(
        identifier=name,
        sender="bench.example.jp",
        sent=datetime.now(UTC).replace(microsecond=0),
        status=status,
        msg_type=MsgType.ALERT,
        scope=Scope.PUBLIC,
        infos=infos,
        source_format="cap-1.2",
        raw_digest="",
        chain=name,
        place=(1,),
    )
    return encode_cap(alert)
