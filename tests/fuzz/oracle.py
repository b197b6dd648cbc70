"""What must hold for any bytes at all: understood or refused with a code, and whatever was understood can be carried
through the whole house without a crash.
"""

import contextlib
import sqlite3
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from broker.core.acceptance import check
from broker.core.chain import Chains
from broker.core.event import ALERTS, AlertAccepted, decode_event, encode_event
from broker.core.holding import holds_until
from broker.core.lane import is_swift, lane_of
from broker.journal.record import GENESIS, Record
from broker.views.history import History
from broker.views.in_force import InForce
from broker.views.projection import ViewFile
from broker.views.situations import Situations
from cap_formats.alert import Alert
from cap_formats.decode import decode_parts
from cap_formats.encode import ENCODERS
from cap_formats.part import Good
from cap_formats.problem import FormatError
from channels.carrier.body import mail_of
from channels.carrier.mail import TOGETHER_MAX, MailError
from channels.map.notice import label_of_info
from channels.radio.call import CallError, display_text, said_by, voice_text
from channels.webhook.body import render
from channels.webhook.settings import Format
from geo.registry import open_registry
from geo.shape import ShapeError

RECEIVED_AT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
FOLDER = tempfile.TemporaryDirectory()
REGISTRY = open_registry(Path(FOLDER.name) / "areas.db")


VIEWS = ViewFile(Path(FOLDER.name) / "views.db", (InForce(), History(), Situations()))
SEQ = [0]
FORGET = 2_000  # alerts after which the views begin anew


def clear() -> None:
    """Empty the views, whose growth is not what is tried."""
    with sqlite3.connect(Path(FOLDER.name) / "views.db") as connection:
        for name in (
            "in_force",
            "in_force_code",
            "in_force_ended",
            "history",
            "situations",
            "situations_code",
            "situations_shelter",
        ):
            connection.execute(f"DELETE FROM {name}")  # noqa: S608 - names of our own


def try_bytes(data: bytes) -> int:
    """Decode, and carry what was understood as far as it goes; return how many alerts were."""
    try:
        parts = decode_parts(data, RECEIVED_AT)
    except FormatError as error:
        return said(error)
    assert parts, "a message of nothing"
    good = [part.alert for part in parts if isinstance(part, Good)]
    for part in parts:
        if isinstance(part, Good):
            carry(part.alert, part.raw)
    return len(good)


def said(error: FormatError) -> int:
    """A refusal says what is wrong, in a code and a sentence; nothing was understood."""
    assert error.code, error
    assert error.sentence, error
    return 0


def carry(alert: Alert, raw: bytes) -> None:
    """Take one alert through everything that happens to it after it was understood."""
    assert Alert.from_json(alert.to_json()) == alert
    for encode in ENCODERS.values():
        with contextlib.suppress(FormatError):
            encode(alert)
    if check(alert, RECEIVED_AT) is not None:
        return
    try:
        areas = tuple(REGISTRY.place(info.areas).municipalities for info in alert.infos)
    except ShapeError:
        return
    chains = Chains()
    chains.touched(alert)
    found = chains.resolve(alert)
    accepted = AlertAccepted(
        alert=alert,
        raw=raw,
        chain=found.chain,
        place=found.place,
        late=False,
        lane=lane_of(alert),
        areas=areas,
        unplaced=(),
        issuer="fuzz",
        via="fuzz",
        received_at=RECEIVED_AT,
        seconds={},
    )
    body = encode_event(accepted)
    assert decode_event("AlertAccepted", body) == accepted
    SEQ[0] += 1
    chains.apply(SEQ[0], accepted)
    project(accepted, body)
    is_swift(alert)
    render_all(accepted)


def project(accepted: AlertAccepted, body: bytes) -> None:
    record = Record(
        stream=ALERTS, seq=SEQ[0], kind="AlertAccepted", key=str(SEQ[0]), at=RECEIVED_AT, body=body, prev_hash=GENESIS
    )
    VIEWS.apply([(record, accepted)])
    if SEQ[0] % FORGET == 0:
        clear()


def render_all(accepted: AlertAccepted) -> None:
    alert = accepted.alert
    for form in Format:
        with contextlib.suppress(FormatError):
            render(1, accepted, form)
    for info in alert.infos:
        assert (holds_until(info, alert.sent) or RECEIVED_AT) < RECEIVED_AT + timedelta(days=365 * 300)
        label_of_info(info, alert.status)
    with contextlib.suppress(CallError):
        words = said_by(alert)
        display_text(alert, words)
        voice_text(alert, words, "倉敷市", {})
    with contextlib.suppress(MailError):
        assert mail_of(alert).length <= TOGETHER_MAX
