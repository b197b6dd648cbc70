"""Finds the subscriptions that an alert concerns, by an index from municipality to subscriber instead of a scan."""

from collections.abc import Callable, Collection, Iterable

import msgspec

from broker.core.event import AlertAccepted
from broker.core.holding import holds, says_nothing
from broker.core.subscription import Filter, Subscription
from cap_formats.alert import Info, Severity, Status

Leaves = Callable[[str], frozenset[str]]  # a code of any level -> the 5-digit codes below it, itself included

WORST_FIRST: dict[Severity, int] = {severity: rank for rank, severity in enumerate(Severity)}


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """A filter without its areas: few subscriptions differ in this, so each kind is judged once an alert."""

    events: tuple[str, ...]
    min_severity: Severity | None
    statuses: tuple[Status, ...]
    languages: tuple[str, ...]

    def holds_for(self, info: Info) -> bool:
        """Whether this info is of the kind that was wished for."""
        return self._severity(info) and self._event(info) and self._language(info)

    def _severity(self, info: Info) -> bool:
        return self.min_severity is None or WORST_FIRST[info.severity] <= WORST_FIRST[self.min_severity]

    def _event(self, info: Info) -> bool:
        codes = {code.value for code in info.event_codes}
        return not self.events or any(word in info.event or word in codes for word in self.events)

    def _language(self, info: Info) -> bool:
        """Match by RFC 4647, 3.3.1 (basic filtering): ``ja`` takes in ``ja-JP``."""
        tag = info.language.lower()
        return not self.languages or any(
            tag == wanted or tag.startswith(f"{wanted}-") for wanted in map(str.lower, self.languages)
        )


class WishIndex:
    """The subscriptions that share a wish: those for everywhere, and the others by municipality."""

    def __init__(self) -> None:
        self.everywhere: set[str] = set()
        self.by_leaf: dict[str, set[str]] = {}

    def put(self, subscription_id: str, leaves: frozenset[str] | None) -> None:
        """Add a subscription; None for one that named no areas."""
        if leaves is None:
            self.everywhere.add(subscription_id)
        for leaf in leaves or ():
            self.by_leaf.setdefault(leaf, set()).add(subscription_id)

    def remove(self, subscription_id: str, leaves: frozenset[str] | None) -> None:
        """Take it out of everything that it was put into."""
        self.everywhere.discard(subscription_id)
        for leaf in leaves or ():
            self.by_leaf[leaf].discard(subscription_id)
            if not self.by_leaf[leaf]:
                del self.by_leaf[leaf]

    def is_empty(self) -> bool:
        """Whether nobody is left with this wish."""
        return not self.everywhere and not self.by_leaf

    def find(self, leaves: Iterable[str]) -> set[str]:
        """Return those concerned by any of the municipalities."""
        known = self.by_leaf
        return self.everywhere.union(*(known[leaf] for leaf in leaves if leaf in known))


class Matcher:
    """All subscriptions, ready to be matched. Fed by SubscriptionPut and SubscriptionRemoved."""

    def __init__(self, leaves: Leaves) -> None:
        self._leaves_of = leaves
        self._subscriptions: dict[str, Subscription] = {}
        self._leaves: dict[str, frozenset[str] | None] = {}
        self._wishes: dict[Wish, WishIndex] = {}

    def put(self, subscription: Subscription) -> None:
        """Add a subscription, or replace the one of that id."""
        self.remove(subscription.id)
        areas = subscription.filter.areas
        leaves = frozenset[str]().union(*map(self._leaves_of, areas)) if areas else None
        self._subscriptions[subscription.id] = subscription
        self._leaves[subscription.id] = leaves
        self._wishes.setdefault(_wish(subscription.filter), WishIndex()).put(subscription.id, leaves)

    def remove(self, subscription_id: str) -> None:
        """Forget a subscription; one that is not there is no fault."""
        subscription = self._subscriptions.pop(subscription_id, None)
        if subscription is None:
            return
        wish = _wish(subscription.filter)
        index = self._wishes[wish]
        index.remove(subscription_id, self._leaves.pop(subscription_id))
        if index.is_empty():
            del self._wishes[wish]

    def get(self, subscription_id: str) -> Subscription | None:
        """Return the subscription of that id, or None."""
        return self._subscriptions.get(subscription_id)

    def subscriptions(self) -> Collection[Subscription]:
        """Return all of them: what a checkpoint keeps of the matcher."""
        return self._subscriptions.values()

    def __len__(self) -> int:
        return len(self._subscriptions)

    def match(self, accepted: AlertAccepted, *, lasting: bool = False) -> set[str]:
        """Return the ids of all subscriptions whose filter the alert satisfies, paused or not; with ``lasting`` those
        alone for whom something holds in it, and not those for whom all that it says is over.

        An area counts only through an info that satisfies the rest of the filter and says that something holds or
        ends. What names no area at all is for those who named none either. What has no info (a bare Cancel) is for
        those who asked for no kind of info. Of one that adds areas to an alert, those areas alone count.
        """
        alert = accepted.alert
        areas = accepted.areas if accepted.adds_to is None else accepted.settled_areas
        found: set[str] = set()
        for wish, index in self._wishes.items():
            if alert.status not in wish.statuses:
                continue
            counts = holds if lasting else _is_news
            holding = [i for i, info in enumerate(alert.infos) if wish.holds_for(info) and counts(info)]
            if holding or (not alert.infos and not _asks_of_info(wish)):
                found |= index.find({leaf for i in holding for leaf in areas[i]})
        return found


def _is_news(info: Info) -> bool:
    return not says_nothing(info)


def _wish(asked: Filter) -> Wish:
    return Wish(
        events=asked.events, min_severity=asked.min_severity, statuses=asked.statuses, languages=asked.languages
    )


def _asks_of_info(wish: Wish) -> bool:
    return bool(wish.events or wish.min_severity or wish.languages)
