"""What would happen if an order were issued now: what each channel would say, who is owed it, who would not hear.

Goes the way of a real message (encode, decode, place, route) and writes nothing.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

import msgspec

from broker.core.event import AlertAccepted, AlertRouted
from broker.core.lane import lane_of
from broker.core.problem import Problem
from broker.core.route import route
from broker.service.broker import Broker
from broker.service.placer import unplaced_of
from cap_formats.alert import Alert
from cap_formats.cap.encode import encode_cap
from cap_formats.decode import decode
from cap_formats.problem import FormatError
from geo.registry import Registry
from geo.shape import ShapeError
from receivers.console.order import DISTRICT

Previews = Callable[[AlertAccepted], Sequence[tuple[str, str]]]  # (label of the channel, what it would say)
NEXT: Final = 2**53 - 1  # stands for the seq that the journal has not given yet


class Owed(msgspec.Struct, frozen=True):
    """One far end that would get it, by what its operator called it."""

    channel: str
    label: str


class Deaf(msgspec.Struct, frozen=True):
    """Someone or something that would not hear, and why (``paused``, ``nobody``)."""

    channel: str
    label: str
    reason: str


class Rehearsal(msgspec.Struct, frozen=True, kw_only=True):
    """The whole of it. ``said`` pairs a channel's label with its words; ``misnamed`` are districts that the tables of
    their municipality do not have, ``unmarked`` those of a municipality that has no tables.
    """

    said: tuple[tuple[str, str], ...]
    owed: tuple[Owed, ...]
    deaf: tuple[Deaf, ...]
    unplaced: tuple[str, ...]
    misnamed: tuple[str, ...]
    unmarked: tuple[str, ...]
    codes: tuple[str, ...]
    lane: str


def rehearse(broker: Broker, previews: Previews, alert: Alert, now: datetime) -> Rehearsal:
    """Play it through. Raises Problem ``order-invalid`` where the order cannot be written, or its shape is none."""
    try:
        raw = encode_cap(alert)
        accepted = _accepted(broker, decode(raw)[0], raw, now)
    except (FormatError, ShapeError) as error:
        raise Problem("order-invalid", str(error), status=422, path=getattr(error, "path", None)) from error
    references = broker.chains.resolve(accepted.alert).references
    earlier = broker.reach.of(references, alert.msg_type)
    routed = route(
        accepted,
        NEXT,
        broker.matcher,
        references=references,
        earlier=earlier,
        open_channels=broker.open_channels,
    )
    return Rehearsal(
        said=tuple(previews(accepted)),
        owed=tuple(Owed(o.channel, _label(broker, o.subscription_id)) for o in routed.owed),
        deaf=tuple(_deaf(broker, routed)),
        unplaced=tuple(u.area_desc for u in accepted.unplaced if u.value_name != DISTRICT),
        misnamed=_unknown(broker.registry, alert, tables=True),
        unmarked=_unknown(broker.registry, alert, tables=False),
        codes=tuple(sorted({code for codes in accepted.areas for code in codes})),
        lane=accepted.lane,
    )


def _unknown(registry: Registry, alert: Alert, *, tables: bool) -> tuple[str, ...]:
    """Name the districts that nobody finds, of municipalities that have ``tables`` of them, or of those without."""
    parts = (part for info in alert.infos for part in registry.place(info.areas).unplaced)
    return tuple(
        dict.fromkeys(
            part.value
            for part in parts
            if part.value_name == DISTRICT and part.inside and registry.gazetteer.towns(part.inside).is_loaded == tables
        )
    )


def _accepted(broker: Broker, alert: Alert, raw: bytes, now: datetime) -> AlertAccepted:
    placements = [broker.registry.place(info.areas) for info in alert.infos]
    return AlertAccepted(
        alert=alert,
        raw=raw,
        chain=alert.chain,
        place=alert.place,
        late=False,
        lane=lane_of(alert),
        areas=tuple(placement.municipalities for placement in placements),
        unplaced=tuple(unplaced_of(part for placement in placements for part in placement.unplaced)),
        issuer="",
        via="console",
        received_at=now,
        seconds={},
    )


def _deaf(broker: Broker, routed: AlertRouted) -> list[Deaf]:
    """Name the subscribers that are passed over, and the channels by which nobody at all is reached."""
    in_force = broker.subscriptions.in_force
    passed = [
        Deaf(in_force[s.subscription_id].channel, _label(broker, s.subscription_id), s.reason)
        for s in routed.skipped
        if s.subscription_id in in_force
    ]
    spoken = {owed.channel for owed in routed.owed}
    return passed + [Deaf(name, "", "nobody") for name in broker.channels if name not in spoken]


def _label(broker: Broker, subscription_id: str) -> str:
    found = broker.subscriptions.in_force.get(subscription_id)
    return (found.label or found.owner if found else "") or subscription_id
