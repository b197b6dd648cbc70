"""The events of both streams: past tense, flat, versioned by name. Golden files of every version lie in the tests.

``alerts``: AlertAccepted, AlertHeld, AlertRejected, HeldRepeated, HeldDecided, AlertRouted, SubscriptionPut,
SubscriptionRemoved.
``deliveries``: DeliveryDelivered, DeliveryDeferred, DeliveryRefused, DeliveryExpired, DeliverySuperseded,
ReceiptReceived.

The name of the class is the record's ``kind``. A change that old readers could not follow gets a new name
(``AlertAccepted2``); the old one stays readable for ever.
"""

from datetime import datetime
from typing import Final

import msgspec

from broker.core.delivery import Level
from broker.core.holder import Holder
from broker.core.lane import Lane
from broker.core.settling import Decision, Waiver
from broker.core.subscription import Subscription
from cap_formats.alert import Alert, Status
from cap_formats.note import Note
from cap_formats.signature.signature import Signature

ALERTS: Final = "alerts"
DELIVERIES: Final = "deliveries"


class Unplaced(msgspec.Struct, frozen=True, kw_only=True):
    """A part of an area that the registry could not place, as the sender wrote it, for a person to settle."""

    area_desc: str
    value_name: str
    value: str


class Proxy(msgspec.Struct, frozen=True, kw_only=True):
    """代行: the key named ``by`` said this in the place of the municipality ``code`` (JIS X 0402, 5 digits)."""

    by: str
    code: str


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """What every event is."""


class AlertAccepted(Event, frozen=True, kw_only=True):
    """A message was understood, allowed and placed; from here on everyone who is owed it gets it.

    ``references`` are the seqs of the earlier alerts of its chain, which it takes over.

    ``raw`` is the message as received (base64 in JSON). ``chain`` and ``place`` are the broker's own, resolved through
    references. ``late`` marks one that is older than what its chain already holds: kept, never sent. ``areas`` are the
    5-digit codes of the municipalities and wards it covers, per info in the order of the alert. ``issuer`` is the name
    of the key it came under, ``via`` the receiver. ``seconds`` are the stages so far (received, decoded, placed).

    ``repeats`` are the seqs of other alerts that said the same before, in the municipalities ``repeated`` (by info),
    which are not in ``areas`` then: what comes by two ways is said once. Where nothing is left, it is ``late`` as well.

    ``proxy`` names whom it was said for, where that is not the issuer.

    ``notes`` are what its reader should know of its form. ``signatures`` are what those in it were worth when it came.

    Of what a person at the held list sent on: ``released_from`` is the record that had been held, ``settled_by`` the
    name of that person's key, ``settled_at`` when, and ``settled_areas`` the municipalities given, per info (among
    ``areas``). Where the alert itself was mended (status, sent or identifier), ``raw`` is the mended alert as CAP, for
    what goes out may not say otherwise; the bytes as received stay in the record that was held.

    ``adds_to`` is the seq of an accepted alert some of whose areas could not be placed then: this is the same message
    once more, for those whom only the ``settled_areas`` concern.

    ``holder`` is kept of one with areas that could not be placed: what its sender's key was allowed, by which it is
    checked again when a person places them.
    """

    alert: Alert
    raw: bytes
    chain: str
    place: tuple[int, ...]
    late: bool
    lane: Lane
    areas: tuple[tuple[str, ...], ...]
    unplaced: tuple[Unplaced, ...]
    issuer: str
    via: str
    received_at: datetime
    seconds: dict[str, float]
    references: tuple[int, ...] = ()
    repeats: tuple[int, ...] = ()
    repeated: tuple[tuple[str, ...], ...] = ()
    proxy: Proxy | None = None
    notes: tuple[Note, ...] = ()
    signatures: tuple[Signature, ...] = ()
    released_from: int | None = None
    adds_to: int | None = None
    settled_by: str = ""
    settled_at: datetime | None = None
    settled_areas: tuple[tuple[str, ...], ...] = ()
    holder: Holder | None = None


class NotAccepted(Event, frozen=True, kw_only=True):
    """What the journal keeps of a message that did not become an alert: the problem that it met (``code``,
    ``sentence``, and the ``line`` or ``path`` at fault), and where it came from.

    ``alert`` is what was understood of it, None where nothing was. ``holder`` is what its sender's key was allowed at
    that time, by which it is checked again if a person sends it on.
    """

    code: str
    sentence: str
    line: int | None
    path: str | None
    raw: bytes
    issuer: str
    via: str
    received_at: datetime
    alert: Alert | None = None
    holder: Holder | None = None


class AlertHeld(NotAccepted, frozen=True, kw_only=True):
    """A message could be read but not trusted or placed; nothing went out, and a person must settle it."""


class AlertRejected(NotAccepted, frozen=True, kw_only=True):
    """A message was refused and its sender told so; the bytes are kept where a person can see them."""


class HeldRepeated(Event, frozen=True, kw_only=True):
    """The same bytes came once more from the same sender and stopped at the same trouble: record ``held_seq``."""

    held_seq: int
    at: datetime


class HeldDecided(Event, frozen=True, kw_only=True):
    """A person decided on record ``held_seq``: a message that was held or rejected, or an accepted one with areas that
    could not be placed. What was sent on by it is the AlertAccepted that follows at once.

    ``by`` is the name of the person's key, ``reason`` the person's own words, ``code`` the trouble that it was about.
    What was given: ``areas`` (codes as they were typed), ``status``, ``follows`` (seq of the alert that it takes over),
    ``sent`` (the time that it counts as sent at) and ``identifier`` (the name that it goes under). ``waived`` are the
    further troubles that it met then, in that order, and the person let pass.
    """

    held_seq: int
    decision: Decision
    by: str
    at: datetime
    reason: str
    code: str
    areas: tuple[str, ...] = ()
    status: Status | None = None
    follows: int | None = None
    sent: datetime | None = None
    identifier: str | None = None
    waived: tuple[Waiver, ...] = ()


class Owed(msgspec.Struct, frozen=True, kw_only=True):
    """One delivery that an AlertRouted creates. ``covered`` is false where the alert is no concern of the
    subscription after this: it only hears that it is over, or that the areas changed.
    """

    delivery_id: str
    subscription_id: str
    channel: str
    covered: bool = True


class Skipped(msgspec.Struct, frozen=True, kw_only=True):
    """Someone who matched and will yet not hear this, and why."""

    subscription_id: str
    reason: str


class AlertRouted(Event, frozen=True, kw_only=True):
    """Who is owed this alert: decided once, kept as data (DESIGN rule 3).

    ``references`` are the seqs of the alerts of the same chain that came before it. ``deadline`` is UTC. ``swift``
    chooses the retry ladder. ``cancels`` says that it takes its chain back (msgType Cancel). ``adds_to`` is that of the
    alert: those who were owed that one have this as well.
    """

    alert_seq: int
    chain: str
    lane: Lane
    swift: bool
    cancels: bool
    deadline: datetime
    references: tuple[int, ...]
    owed: tuple[Owed, ...]
    skipped: tuple[Skipped, ...]
    adds_to: int | None = None


class SubscriptionPut(Event, frozen=True, kw_only=True):
    """A subscription was made or changed."""

    subscription: Subscription


class SubscriptionRemoved(Event, frozen=True, kw_only=True):
    """A subscription was taken away by its owner or an operator; what is open for it ends as superseded."""

    subscription_id: str


class DeliveryDelivered(Event, frozen=True, kw_only=True):
    """The far end took it. ``first_byte_s`` and ``outcome_s`` are seconds from the start of the attempt."""

    delivery_id: str
    attempt: int
    level: Level
    evidence: str
    first_byte_s: float | None
    outcome_s: float


class DeliveryDeferred(Event, frozen=True, kw_only=True):
    """An attempt did not get through; ``retry_at`` is when the next is due, UTC, unless the far end takes another
    delivery before; ``asked`` says that it wished to be left alone for a while.
    """

    delivery_id: str
    attempt: int
    reason: str
    retry_at: datetime
    outcome_s: float
    asked: bool = False


class DeliveryRefused(Event, frozen=True, kw_only=True):
    """The far end or our own rendering will never take this; a person must look."""

    delivery_id: str
    attempt: int
    reason: str
    outcome_s: float


class DeliveryExpired(Event, frozen=True, kw_only=True):
    """The alert ran out before the far end took it."""

    delivery_id: str


class DeliverySuperseded(Event, frozen=True, kw_only=True):
    """A newer message of the chain made this delivery needless before it went out; ``reason`` is one of
    ``newer`` (with ``by_seq``), ``nothing-to-cancel``, ``subscription-removed``.
    """

    delivery_id: str
    reason: str
    by_seq: int | None


class ReceiptReceived(Event, frozen=True, kw_only=True):
    """The far end said how far it came, after the outcome."""

    delivery_id: str
    level: Level
    where: str
    evidence: str
    at: datetime


ALERT_EVENTS: Final[dict[str, type[Event]]] = {
    cls.__name__: cls
    for cls in (
        AlertAccepted,
        AlertHeld,
        AlertRejected,
        HeldRepeated,
        HeldDecided,
        AlertRouted,
        SubscriptionPut,
        SubscriptionRemoved,
    )
}
DELIVERY_EVENTS: Final[dict[str, type[Event]]] = {
    cls.__name__: cls
    for cls in (
        DeliveryDelivered,
        DeliveryDeferred,
        DeliveryRefused,
        DeliveryExpired,
        DeliverySuperseded,
        ReceiptReceived,
    )
}
EVENTS: Final[dict[str, type[Event]]] = ALERT_EVENTS | DELIVERY_EVENTS

_DECODERS: Final = {name: msgspec.json.Decoder(cls) for name, cls in EVENTS.items()}
_ENCODER: Final = msgspec.json.Encoder()


def encode_event(event: Event) -> bytes:
    """Write an event as the body of a record: JSON."""
    return _ENCODER.encode(event)


def decode_event(kind: str, body: bytes) -> Event:
    """Read the body of a record; raises KeyError for a kind that this version does not know."""
    return _DECODERS[kind].decode(body)
