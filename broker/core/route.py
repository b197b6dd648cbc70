"""Decides who is owed an alert, and by when. The answer is an event: it is data, not to be worked out again."""

import hashlib
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Self

import msgspec

from broker.core.event import AlertAccepted, AlertRouted, Owed, Skipped
from broker.core.holding import holds, lasts
from broker.core.lane import is_swift
from broker.core.limit import CHAIN_REFERENCES_MAX, DEADLINE_DEFAULT, REACH_KEPT
from broker.core.matcher import Matcher
from cap_formats.alert import Info, MsgType, Scope


class Reached(msgspec.Struct, kw_only=True):
    """Who was owed anything of one chain, and who of them was ``covered`` by its newest state; the alerts of it that
    were routed, and until when it holds.
    """

    alert_seqs: tuple[int, ...]
    subscription_ids: frozenset[str]
    covered: frozenset[str]
    until: datetime


class Reach:
    """Who was owed anything of a chain, for as long as it holds, and some days beyond.

    A Cancel is owed to all of them. An Update is owed to those whom the newest state covered: who is covered no more
    hears so once, and is then left in peace. Fed by AlertRouted.
    """

    def __init__(self) -> None:
        self._by_alert: dict[int, Reached] = {}

    @classmethod
    def restore(cls, checkpoint: bytes) -> Self:
        """Go on from what checkpoint() wrote. Raises msgspec.DecodeError."""
        reach = cls()
        for reached in msgspec.msgpack.decode(checkpoint, type=list[Reached]):
            reach._put(reached)
        return reach

    def checkpoint(self) -> bytes:
        """Write down all of it, so that a restart need not read every decision again."""
        return msgspec.msgpack.encode(self._all())

    def apply(self, routed: AlertRouted) -> None:
        """Take in one routing decision."""
        added = () if routed.adds_to is None else self._of_all((routed.adds_to,))
        earlier = added or self._of_all(routed.references)
        if earlier or routed.owed:
            owed = frozenset(owed.subscription_id for owed in routed.owed)
            covered = frozenset(owed.subscription_id for owed in routed.owed if owed.covered)
            paused = frozenset(skipped.subscription_id for skipped in routed.skipped)
            before = frozenset[str]().union(*(reached.covered for reached in earlier))
            still = before if added else before & paused  # what only adds to an alert takes it from nobody
            seqs = {routed.alert_seq, *routed.references}.union(*(reached.alert_seqs for reached in earlier))
            self._put(
                Reached(
                    alert_seqs=tuple(sorted(seqs)[-CHAIN_REFERENCES_MAX:]),
                    subscription_ids=owed.union(*(reached.subscription_ids for reached in earlier)),
                    covered=covered | still,
                    until=max([routed.deadline, *(reached.until for reached in earlier)]),
                )
            )

    def of(self, references: Collection[int], msg_type: MsgType) -> frozenset[str]:
        """Return the ids of those to whom a message that takes over these alerts is owed, covered by it or not."""
        found = self._of_all(references)
        if msg_type is MsgType.CANCEL:
            return frozenset[str]().union(*(reached.subscription_ids for reached in found))
        return frozenset[str]().union(*(reached.covered for reached in found))

    def known(self, accepted: AlertAccepted) -> frozenset[str]:
        """Return the ids of those who know an earlier alert of its chain, or the very alert that it adds areas to."""
        if accepted.adds_to is not None:
            return self.of((accepted.adds_to,), MsgType.UPDATE)
        return self.of(accepted.references, accepted.alert.msg_type)

    def forget(self, now: datetime) -> None:
        """Let go of chains all of whose alerts ran out long ago: a state without an end may be lifted days later."""
        for reached in self._all():
            if reached.until + REACH_KEPT <= now:
                self._remove(reached)

    def _all(self) -> list[Reached]:
        return list({id(reached): reached for reached in self._by_alert.values()}.values())

    def _of_all(self, references: Collection[int]) -> list[Reached]:
        found = (self._by_alert[seq] for seq in references if seq in self._by_alert)
        return list({id(reached): reached for reached in found}.values())

    def _put(self, reached: Reached) -> None:
        for seq in reached.alert_seqs:
            self._by_alert[seq] = reached

    def _remove(self, reached: Reached) -> None:
        for seq in reached.alert_seqs:
            if self._by_alert.get(seq) is reached:
                del self._by_alert[seq]


class DeliveryIds:
    """The ids of all deliveries of one alert. They depend on the alert and the subscription alone, so that the same
    decision made twice names the same deliveries, and no id ever stands for other content (DESIGN rule 8).
    """

    def __init__(self, accepted: AlertAccepted, seq: int) -> None:
        alert = accepted.alert
        self._digest = hashlib.sha256(f"{seq}/{alert.sender}/{alert.identifier}/{alert.raw_digest}/".encode())

    def of(self, subscription_id: str) -> str:
        """Return the id of the delivery to that subscription: ``dlv_`` and 32 hexadecimal digits."""
        digest = self._digest.copy()
        digest.update(subscription_id.encode())
        return f"dlv_{digest.hexdigest()[:32]}"


def deadline_of(accepted: AlertAccepted) -> datetime:
    """Return when the alert runs out, UTC: the last end of its infos, which is their ``expires``, else as long as such
    a thing holds, a day at most.

    News runs out by its own age: what comes a day late, when a feed heals after an outage, is told to nobody any more.
    A state (an order, a warning) and what follows on an earlier alert count from when it was let in: those who heard
    of it are still to hear its end. A Cancel that says by an ``expires`` in the past that its chain is over is news
    all the same, for a day.
    """
    began = began_at(accepted)
    deadline = max((_end_of(info, accepted, began) for info in accepted.alert.infos), default=began + DEADLINE_DEFAULT)
    if accepted.alert.msg_type is MsgType.CANCEL and deadline <= began:
        deadline = began + DEADLINE_DEFAULT
    return deadline.astimezone(UTC)


def _end_of(info: Info, accepted: AlertAccepted, began: datetime) -> datetime:
    if info.expires is not None:
        return info.expires
    lasting = lasts(info)
    if lasting is None:
        return began + DEADLINE_DEFAULT
    follows = bool(accepted.references) or accepted.released_from is not None
    return (began if follows else min(began, accepted.alert.sent)) + min(lasting, DEADLINE_DEFAULT)


def began_at(accepted: AlertAccepted) -> datetime:
    """Return when it was let in: when it was received or, of what had been held, when a person sent it on."""
    held = accepted.released_from is not None
    return accepted.settled_at if held and accepted.settled_at is not None else accepted.received_at


def route(
    accepted: AlertAccepted,
    seq: int,
    matcher: Matcher,
    *,
    references: tuple[int, ...],
    earlier: Collection[str],
    open_channels: Collection[str] = (),
) -> AlertRouted:
    """Decide who is owed the alert with that seq.

    ``references`` are those of the chain's Resolution. ``earlier`` are the ids of those who know an earlier alert of
    its chain (``Reach.of``): they are owed this one as well, be it that it covers them no more, if they still want its
    status. What is not of scope Public is not owed to ``open_channels``. A late or expired alert is owed to nobody; a
    late one takes nothing over either.

    Of one that adds areas to an alert (``adds_to``), ``earlier`` are those whom that alert covered: they have it, so it
    is owed to the others alone whom the areas given concern.
    """
    deadline = deadline_of(accepted)
    owed: list[Owed] = []
    skipped: list[Skipped] = []
    if not accepted.late and deadline > began_at(accepted):
        ids = DeliveryIds(accepted, seq)
        covered = matcher.match(accepted)
        lasting = covered if all(map(holds, accepted.alert.infos)) else matcher.match(accepted, lasting=True)
        if accepted.adds_to is not None:
            covered, earlier = covered.difference(earlier), ()
        for subscription_id in sorted(covered.union(earlier)):
            subscription = matcher.get(subscription_id)
            if subscription is None or accepted.alert.status not in subscription.filter.statuses:
                continue
            if accepted.alert.scope is not Scope.PUBLIC and subscription.channel in open_channels:
                skipped.append(Skipped(subscription_id=subscription_id, reason="not-public"))
            elif subscription.paused:
                skipped.append(Skipped(subscription_id=subscription_id, reason="paused"))
            else:
                owed.append(
                    Owed(
                        delivery_id=ids.of(subscription_id),
                        subscription_id=subscription_id,
                        channel=subscription.channel,
                        covered=subscription_id in lasting,
                    )
                )
    return AlertRouted(
        alert_seq=seq,
        chain=accepted.chain,
        lane=accepted.lane,
        swift=is_swift(accepted.alert),
        cancels=accepted.alert.msg_type is MsgType.CANCEL,
        deadline=deadline,
        references=() if accepted.late else references,
        owed=tuple(owed),
        skipped=tuple(skipped),
        adds_to=accepted.adds_to,
    )
