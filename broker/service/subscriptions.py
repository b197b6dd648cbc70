"""Making, changing and taking away subscriptions: checked, journaled, and their contacts kept apart."""

import secrets
from typing import Any, Final

import msgspec

from broker.core.event import ALERTS, Event, SubscriptionPut, SubscriptionRemoved, encode_event
from broker.core.holder import Holder, Role
from broker.core.limit import SUBSCRIPTIONS_MAX
from broker.core.problem import Problem
from broker.core.protocol import ChannelSpec
from broker.core.subscription import Filter, Subscription
from broker.journal.journal import Journal
from broker.journal.record import Entry
from broker.service.clock import Clock
from broker.service.contacts import Contacts
from cap_formats.alert import Status
from geo.registry import Registry, UnknownAreaError

# Bounds of one wish, each far beyond what a subscriber of all Japan needs: it is matched against every message, and
# kept for years. Path of the field -> how many it may have.
WORDS_MAX: Final[dict[str, int]] = {
    "filter.areas": 2_000,  # there are 1,900 municipalities and wards
    "filter.events": 64,
    "filter.languages": 32,
    "filter.statuses": len(Status),
}
WORD_MAX: Final = 100  # characters of one of them
LABEL_MAX: Final = 200  # characters; one line of an operator's page
CONTACT_BYTES_MAX: Final = 64 << 10  # as JSON; an address, a secret and a few settings have less than 1 kB
SUBSCRIPTIONS_PER_KEY_MAX: Final = 10_000  # of a subscriber's key; an operator's may fill the broker


class Wish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a subscriber asks for: the body of POST and PUT /api/v1/subscriptions.

    Without ``contact`` a PUT keeps the one that is stored, so that pausing needs no secret again.
    """

    channel: str
    filter: Filter = Filter()
    contact: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
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
        """Make a subscription, or change the one of that id, whose owner stays; durable on return. Returns it with its
        record's seq.

        Raises Problem: ``channel-unknown``, ``channel-fixed``, ``contact-invalid``, ``contact-form-fixed``,
        ``area-unknown``, ``status-not-allowed``, ``role-may-not-subscribe``, ``subscription-unknown``,
        ``subscription-too-large``, ``subscriptions-too-many``.
        """
        _check_size(wish)
        self._check(wish, holder)
        kept = None if subscription_id is None else self.owned(subscription_id, holder)
        if kept is None:
            self._check_room(holder)
        contact = self._contact(wish, kept)
        subscription = Subscription(
            id=f"sub_{secrets.token_hex(8)}" if kept is None else kept.id,
            channel=wish.channel,
            filter=wish.filter,
            paused=wish.paused,
            label=wish.label,
            owner=holder.name if kept is None else kept.owner,
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

    def _check_room(self, holder: Holder) -> None:
        if len(self.in_force) >= SUBSCRIPTIONS_MAX:
            sentence = f"This broker keeps {SUBSCRIPTIONS_MAX} subscriptions and has no room for more."
            raise Problem("subscriptions-too-many", sentence, status=409)
        if holder.role is Role.SUBSCRIBER and len(self.of(holder)) >= SUBSCRIPTIONS_PER_KEY_MAX:
            sentence = f"A key may have {SUBSCRIPTIONS_PER_KEY_MAX} subscriptions; take some away first."
            raise Problem("subscriptions-too-many", sentence, status=409)

    def _contact(self, wish: Wish, kept: Subscription | None) -> Any:
        """Return the contact of a wish as the channel's struct; of a change, what may be changed.

        A delivery under way is sent again under its id, so what it carries stays what it was (DESIGN rule 8): neither
        the channel nor the form of the content, where a contact names one, may change.
        """
        if kept is None:
            return self._contacts.check(wish.channel, {} if wish.contact is msgspec.UNSET else wish.contact)
        if wish.channel != kept.channel:
            sentence = f"This subscription is by {kept.channel}; make a new one for {wish.channel}."
            raise Problem("channel-fixed", sentence, status=409, path="channel")
        before = self._contacts.get(kept.id)
        if wish.contact is msgspec.UNSET:
            return self._contacts.check(kept.channel, {}) if before is None else before
        contact = self._contacts.check(wish.channel, wish.contact)
        if before is not None and getattr(before, "format", None) != getattr(contact, "format", None):
            sentence = f"This subscription is sent {before.format}; make a new one for another format."
            raise Problem("contact-form-fixed", sentence, status=409, path="contact.format")
        return contact

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


def _check_size(wish: Wish) -> None:
    """Raise Problem ``subscription-too-large`` with the path of what has more than is kept."""
    for path, most in WORDS_MAX.items():
        words: tuple[str, ...] = getattr(wish.filter, path.removeprefix("filter."))
        if len(words) > most:
            raise _too_large(path, f"has at most {most} entries")
        for index, word in enumerate(words):
            if len(word) > WORD_MAX:
                raise _too_large(f"{path}[{index}]", f"has at most {WORD_MAX} characters")
    if len(wish.label) > LABEL_MAX:
        raise _too_large("label", f"has at most {LABEL_MAX} characters")
    if wish.contact is not msgspec.UNSET and len(msgspec.json.encode(wish.contact)) > CONTACT_BYTES_MAX:
        raise _too_large("contact", f"has at most {CONTACT_BYTES_MAX} bytes")


def _too_large(path: str, bound: str) -> Problem:
    return Problem("subscription-too-large", f"{path} {bound}.", status=422, path=path)
