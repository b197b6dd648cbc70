"""Speaks to one cell broadcast centre over the ECBE REST interface (as osmo-cbc has it): put on the air, take off."""

import math
from typing import Any, Final

import msgspec

from broker.core.delivery import Deferred
from channels.carrier.ledger import Broadcast
from channels.carrier.settings import Contact, Settings
from channels.http import Answer, HttpClient

_CATEGORY: Final = "high_priority"
WARNING_PERIOD_MAX_S: Final = 65535
_HEADERS: Final = {"Content-Type": "application/json"}


def message_of(broadcast: Broadcast, contact: Contact, settings: Settings) -> dict[str, Any]:
    """Return the body of ``POST /message``: text in UCS-2, the whole network, repeated for as long as it is set."""
    return {
        "cbe_name": contact.cbe_name,
        "category": _CATEGORY,
        "repetition_period": settings.repetition_period,
        "num_of_bcast": settings.broadcasts,
        "warning_period_sec": min(WARNING_PERIOD_MAX_S, math.ceil(settings.broadcast_s)),
        "scope": {"scope_plmn": {}},
        "smscb_message": {
            "message_id": broadcast.message_id,
            "serial_nr": {
                "serial_nr_decoded": {"geo_scope": "plmn_wide", "msg_code": broadcast.code, "update_nr": 0},
            },
            "payload": {
                "payload_decoded": {"character_set": "ucs2", "language": "ja", "data_utf8": broadcast.mail.text},
            },
        },
    }


async def put_on_air(
    client: HttpClient, broadcast: Broadcast, contact: Contact, settings: Settings, timeout_s: float
) -> Answer | Deferred:
    """``POST /message``: 201 it is on the air, 400 it will not be, 409 the id could not be had."""
    body = msgspec.json.encode(message_of(broadcast, contact, settings))
    return await client.request("POST", f"{_base(contact)}/message", headers=_HEADERS, body=body, timeout_s=timeout_s)


async def take_off_air(client: HttpClient, message_id: int, contact: Contact, timeout_s: float) -> Answer | Deferred:
    """``DELETE /message/:message_id``: 200 it is off, 404 the centre holds no such message."""
    url = f"{_base(contact)}/message/{message_id}"
    return await client.request("DELETE", url, headers={}, body=b"", timeout_s=timeout_s)


def _base(contact: Contact) -> str:
    return contact.url.rstrip("/")
