"""Looks at a run when it is over and names every rule that was broken (DESIGN rules 1, 4, 6, 8 and 9)."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec
from sim.house import PUBLIC, done
from sim.simulation import TROUBLE_S, Run
from sim.world import BEGINNING

from broker.core.event import (
    ALERTS,
    DELIVERIES,
    AlertAccepted,
    AlertRouted,
    DeliveryDeferred,
    DeliveryDelivered,
    DeliveryExpired,
    DeliverySuperseded,
    Event,
    Owed,
    ReceiptReceived,
)
from broker.core.unanswered import may_have_gone_out
from broker.journal.verify import verify
from cap_formats.alert import Alert

ENDINGS = ("DeliveryDelivered", "DeliveryRefused", "DeliveryExpired", "DeliverySuperseded")


class Referee:
    """The records of one run, arranged for questions."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.accepted: dict[int, AlertAccepted] = {}
        self.routed: dict[int, AlertRouted] = {}
        self.owed: dict[str, tuple[AlertRouted, Owed]] = {}
        self.ends: dict[str, list[Event]] = {}
        self.may_have_gone_out: set[tuple[int, str]] = set()
        self.arrived: defaultdict[str, list[tuple[float, int]]] = defaultdict(list)
        for seq, event in run.disk.events(ALERTS):
            if isinstance(event, AlertAccepted):
                self.accepted[seq] = event
            elif isinstance(event, AlertRouted):
                assert event.alert_seq not in self.routed
                self.routed[event.alert_seq] = event
                self.owed |= {owed.delivery_id: (event, owed) for owed in event.owed}
        for _, event in run.disk.events(DELIVERIES):
            self._read_delivery(event)
        for arrival in run.arrivals:
            self.arrived[arrival.subscription_id].append((arrival.time_s, arrival.alert_seq))

    def _read_delivery(self, event: Event) -> None:
        delivery_id: str = event.delivery_id  # type: ignore[attr-defined] # every event of this stream has it
        routed, owed = self.owed[delivery_id]
        if type(event).__name__ in ENDINGS:
            self.ends.setdefault(delivery_id, []).append(event)
        if isinstance(event, DeliveryDelivered | ReceiptReceived) or (
            isinstance(event, DeliveryDeferred) and may_have_gone_out(event.reason)
        ):
            self.may_have_gone_out.add((routed.alert_seq, owed.subscription_id))

    def faults(self) -> list[str]:
        """Return a sentence for every breach; empty for a run that kept all rules."""
        rules = (
            self._accepted_is_never_lost,
            self._everything_accepted_is_routed,
            self._everyone_owed_ends_once,
            self._one_content_an_id,
            self._nothing_after_it_expires,
            self._nothing_older_after_newer,
            self._only_what_was_asked_for,
            self._areas_placed_later_reach_those_newly_concerned_alone,
            self._a_cancel_reaches_all_who_heard,
            self._no_cancel_of_what_nobody_heard,
            self._what_can_be_delivered_is,
            self._the_books_are_closed,
        )
        return [*self.run.faults, *(fault for rule in rules for fault in rule())]

    def _accepted_is_never_lost(self) -> Iterator[str]:
        for message, seq in self.run.answered:
            kept = self.accepted.get(seq)
            if kept is None or _words(kept.alert) != _words(message.alert):
                yield f"{message.alert.identifier} was answered yes as {seq} and is lost"

    def _everything_accepted_is_routed(self) -> Iterator[str]:
        yield from (f"{seq} was never routed" for seq in self.accepted.keys() - self.routed.keys())

    def _everyone_owed_ends_once(self) -> Iterator[str]:
        for delivery_id in self.owed:
            times = len(self.ends.get(delivery_id, ()))
            if times != 1:
                yield f"{delivery_id} ended {times} times"
        for delivery_id, [end, *_] in self.ends.items():
            routed, owed = self.owed[delivery_id]
            if isinstance(end, DeliveryDelivered) and routed.alert_seq not in self._seqs(owed.subscription_id):
                yield f"{delivery_id} is called delivered and never arrived"

    def _one_content_an_id(self) -> Iterator[str]:
        first: dict[str, bytes] = {}
        for arrival in self.run.arrivals:
            if first.setdefault(arrival.delivery_id, arrival.raw) != arrival.raw:
                yield f"{arrival.delivery_id} came with two contents"
            routed, owed = self.owed[arrival.delivery_id]
            if (routed.alert_seq, owed.subscription_id) != (arrival.alert_seq, arrival.subscription_id):
                yield f"{arrival.delivery_id} came to another, or for another alert"

    def _nothing_after_it_expires(self) -> Iterator[str]:
        for arrival in self.run.arrivals:
            accepted = self.accepted[arrival.alert_seq]
            ends = [info.expires for info in accepted.alert.infos]
            over = bool(ends) and all(end is not None and end <= self._at(arrival.time_s) for end in ends)
            if over and accepted.alert.msg_type != "Cancel":
                yield f"{arrival.alert_seq} arrived at {arrival.subscription_id} after it expired"

    def _nothing_older_after_newer(self) -> Iterator[str]:
        for subscription_id, arrivals in self.arrived.items():
            passed: set[int] = set()
            for _, alert_seq in sorted(arrivals):
                if alert_seq in passed:
                    yield f"{alert_seq} arrived at {subscription_id} after what takes it over"
                passed.update(self.routed[alert_seq].references)
        for seq, accepted in self.accepted.items():
            if accepted.late and any(arrival.alert_seq == seq for arrival in self.run.arrivals):
                yield f"{seq} was late and went out"

    def _only_what_was_asked_for(self) -> Iterator[str]:
        for arrival in self.run.arrivals:
            status = self.accepted[arrival.alert_seq].alert.status
            if status not in self.run.subscriptions[arrival.subscription_id].filter.statuses:
                yield f"{arrival.subscription_id} got {status} and had not asked for it"

    def _areas_placed_later_reach_those_newly_concerned_alone(self) -> Iterator[str]:
        for seq, accepted in self.accepted.items():
            if accepted.adds_to is None:
                continue
            had = {owed.subscription_id for owed in self.routed[accepted.adds_to].owed if owed.covered}
            new = {code for codes in accepted.settled_areas for code in codes}
            for owed in self.routed[seq].owed:
                asked = set(self.run.subscriptions[owed.subscription_id].filter.areas)
                if owed.subscription_id in had:
                    yield f"{owed.subscription_id} is owed {accepted.adds_to} once more, as {seq}"
                if not new & asked and asked:
                    yield f"{owed.subscription_id} is owed {seq} and asked for none of its new areas"

    def _a_cancel_reaches_all_who_heard(self) -> Iterator[str]:
        for seq, routed in self.routed.items():
            if not routed.cancels or self.accepted[seq].late:
                continue
            reached = {owed.subscription_id: owed.delivery_id for owed in routed.owed}
            for subscription_id in self.run.subscriptions.keys() - self.run.removed - self.run.was_paused:
                if not self._heard_what_holds(subscription_id, routed):
                    continue
                delivery_id = reached.get(subscription_id)
                if delivery_id is None:
                    yield f"the cancel {seq} is not owed to {subscription_id}, who heard of its chain"
                elif any(_is_skipped_cancel(end) for end in self.ends.get(delivery_id, ())):
                    yield f"the cancel {seq} was kept from {subscription_id}, who heard of its chain"

    def _no_cancel_of_what_nobody_heard(self) -> Iterator[str]:
        for arrival in self.run.arrivals:
            routed = self.routed[arrival.alert_seq]
            if routed.cancels and self.run.subscriptions[arrival.subscription_id].channel in PUBLIC:
                heard = {(seq, arrival.subscription_id) for seq in routed.references}
                if not heard & self.may_have_gone_out:
                    yield f"the cancel {arrival.alert_seq} went out on {arrival.subscription_id} after nothing"
        for delivery_id, [end, *_] in self.ends.items():
            if _is_skipped_cancel(end):
                routed, owed = self.owed[delivery_id]
                if not routed.cancels or owed.channel not in PUBLIC:
                    yield f"{delivery_id} was skipped as a cancel to the public and is none"

    def _what_can_be_delivered_is(self) -> Iterator[str]:
        """Once far ends are well again, nothing that still has minutes to live may run out."""
        well = self._at(TROUBLE_S) + timedelta(seconds=700)
        for delivery_id, [end, *_] in self.ends.items():
            routed, _ = self.owed[delivery_id]
            if isinstance(end, DeliveryExpired) and routed.deadline > well:
                yield f"{delivery_id} expired though its far end was well"

    def _the_books_are_closed(self) -> Iterator[str]:
        dispatch = self.run.dispatch
        if any(dispatch.open_count().values()) or any(dispatch.in_flight_count().values()):
            yield "the dispatch still holds something"
        for stream in (ALERTS, DELIVERIES):
            if done(verify(self.run.disk.journal, stream)).broken_seq is not None:
                yield f"the chain of {stream} is broken"

    def _heard_what_holds(self, subscription_id: str, routed: AlertRouted) -> bool:
        """Whether something of its chain arrived there that had not run out when the cancel came."""
        came_at = self.accepted[routed.alert_seq].received_at + timedelta(seconds=60)
        known = self._seqs(subscription_id).intersection(routed.references)
        return any(self.routed[seq].deadline > came_at for seq in known)

    def _seqs(self, subscription_id: str) -> set[int]:
        return {alert_seq for _, alert_seq in self.arrived[subscription_id]}

    @staticmethod
    def _at(time_s: float) -> datetime:
        return BEGINNING + timedelta(seconds=time_s)


def _is_skipped_cancel(event: Event) -> bool:
    return isinstance(event, DeliverySuperseded) and event.reason == "nothing-to-cancel"


def _words(alert: Alert) -> Alert:
    """Return what an alert says, whatever the bytes: two messages that say the same are one."""
    return msgspec.structs.replace(alert, raw_digest="", chain="", place=())
