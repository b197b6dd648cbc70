"""CAP messages for tests, written out by hand so that the encoder does not vouch for the decoder."""

from datetime import UTC, datetime, timedelta, timezone

JST = timezone(timedelta(hours=9))


MABI = "<areaDesc>真備町箭田</areaDesc><geocode><valueName>JISX0402</valueName><value>332020</value></geocode>"


def stamp(minutes: float = 0) -> str:
    at = datetime.now(UTC) + timedelta(minutes=minutes)
    return at.astimezone(JST).isoformat(timespec="seconds")


def order(
    identifier: str,
    *,
    sender: str = "kurashiki.example.jp",
    sent: str | None = None,
    status: str = "Actual",
    msg_type: str = "Alert",
    references: str = "",
    note: str = "",
    area: str = MABI,
    expires: str | None = None,
    event: str = "避難指示",
    headline: str = "真備町箭田に洪水に関する警戒レベル4、避難指示を発令しました。",
    response: str = "Evacuate",
    urgency: str = "Immediate",
    severity: str = "Severe",
    level: str = "4",
) -> bytes:
    refs = f"<references>{references}</references>" if references else ""
    noted = f"<note>{note}</note>" if note else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
<identifier>{identifier}</identifier><sender>{sender}</sender><sent>{sent or stamp()}</sent><status>{status}</status>
<msgType>{msg_type}</msgType><scope>Public</scope>{noted}{refs}
<info><language>ja</language><category>Met</category><event>{event}</event><responseType>{response}</responseType>
<urgency>{urgency}</urgency><severity>{severity}</severity><certainty>Likely</certainty>
<expires>{expires or stamp(60 * 12)}</expires><senderName>倉敷市</senderName><headline>{headline}</headline>
<parameter><valueName>jp:level</valueName><value>{level}</value></parameter><area>{area}</area></info>
</alert>""".encode()
