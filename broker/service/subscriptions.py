"""Making, changing and taking away subscriptions: checked, journaled, and their contacts kept apart."""

import secrets
from typing import Any

import msgspec

from broker.core.event import ALERTS, Event, SubscriptionPut, SubscriptionRemoved, encode_event
from broker.core.holder import Holder, Role
from broker.core.problem import Problem
from broker.core.protocol import ChannelSpec
from broker.core.subscription import Filter, Subscription
from broker.journal.journal import Journal
from broker.journal.record import Entry
from broker.service.clock import Clock
from broker.service.contacts import Contacts
from geo.registry import Registry, UnknownAreaError


class Wish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a subscriber asks for: the body of POST and PUT /api/v1/subscriptions."""

    channel: str
    filter: Filter = Filter()
    contact: Any = msgspec.field(default_factory=dict)
    label: str = ""
    paused: bool = False


class Subscriptions:
    """All subscriptions in force, by id; fed by the router as it reads the journal."""

    def __init__(
        self, journal: Journal, registry: Registry, contacts: Contacts, channels: dict[str, ChannelSpec], clock: Clock
    ) -> None:
        """Keep contacts in ``contacts`` and everything else in the journal."""
        self._journal = journal
        self._registry = registry
        self._contacts = contacts
        self._channels = channels
        self._clock = clock
        self.in_force: dict[str, Subscription] = {}

    def apply(self, event: Event) -> None:
        """Follow the journal."""
        match event:
            case SubscriptionPut(subscription=subscription):
                self.in_force[subscription.id] = subscription
            case SubscriptionRemoved(subscription_id=gone):
                self.in_force.pop(gone, None)

    async def put(self, wish: Wish, holder: Holder, subscription_id: str | None = None) -> tuple[Subscription, int]:
        """Make a subscription, or change the one of that id; durable on return. Returns it with its record's seq.

        Raises Problem: ``channel-unknown``, ``contact-invalid``, ``area-unknown``, ``status-not-allowed``,
        ``role-may-not-subscribe``, ``subscription-unknown``.
        """
        self._check(wish, holder)
        if subscription_id is not None:
            self.owned(subscription_id, holder)
        contact = self._contacts.check(wish.channel, wish.contact)
        subscription = Subscription(
            id=subscription_id or f"sub_{secrets.token_hex(8)}",
            channel=wish.channel,
            filter=wish.filter,
            paused=wish.paused,
            label=wish.label,
            owner=holder.name,
        )
        self._contacts.put(subscription.id, wish.channel, contact)
        seq = await self._append(SubscriptionPut(subscription=subscription))
        return subscription, seq

    async def ensure(self, subscription: Subscription) -> None:
        """Make a subscription of the broker's own where it is not there yet, or not as it should be."""
        if self.in_force.get(subscription.id) != subscription:
            self._contacts.put(subscription.id, subscription.channel, self._contacts.check(subscription.channel, {}))
            await self._append(SubscriptionPut(subscription=subscription))

    async def remove(self, subscription_id: str, holder: Holder) -> int:
        """Take a subscription away and erase its contact. Raises Problem ``subscription-unknown``."""
        self.owned(subscription_id, holder)
        seq = await self._append(SubscriptionRemoved(subscription_id=subscription_id))
        self._contacts.erase(subscription_id)
        return seq

    def owned(self, subscription_id: str, holder: Holder) -> Subscription:
        """Return a subscription that the holder may see. Raises Problem ``subscription-unknown``."""
        found = self.in_force.get(subscription_id)
        if found is None or (holder.role is not Role.OPERATOR and found.owner != holder.name):
            raise Problem("subscription-unknown", f"There is no subscription {subscription_id}.", status=404)
        return found

    def of(self, holder: Holder) -> list[Subscription]:
        """Return what the holder may see: an operator all, others their own."""
        every = holder.role is Role.OPERATOR
        return [s for s in self.in_force.values() if every or s.owner == holder.name]

    def _check(self, wish: Wish, holder: Holder) -> None:
        spec = self._channels.get(wish.channel)
        operator_only = spec is not None and spec.operator_only
        if holder.role is Role.ISSUER or (operator_only and holder.role is not Role.OPERATOR):
            sentence = f"A key of role {holder.role} may not subscribe by {wish.channel}; ask an operator."
            raise Problem("role-may-not-subscribe", sentence, status=403)
        if holder.role is Role.SUBSCRIBER and (extra := set(wish.filter.statuses) - set(holder.statuses)):
            names = ", ".join(sorted(extra))
            sentence = f"This key may not subscribe to messages of status {names}."
            raise Problem("status-not-allowed", sentence, status=403, path="filter.statuses")
        for index, code in enumerate(wish.filter.areas):
            try:
                self._registry.leaves(code)
            except UnknownAreaError as error:
                sentence = f"There is no area {code}; give prefecture (2 digits) or municipality codes (5 or 6 digits)."
                raise Problem("area-unknown", sentence, status=422, path=f"filter.areas[{index}]") from error

    async def _append(self, event: Event) -> int:
        kind = type(event).__name__
        key = f"{kind}/{secrets.token_hex(16)}"
        entry = Entry(kind=kind, key=key, at=self._clock(), body=encode_event(event))
        [record] = await self._journal.append(ALERTS, [entry])
        return record.seq
