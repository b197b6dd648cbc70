"""One filter, matched the way the router matches: so that a filter means the same on a stream as in a subscription."""

from functools import lru_cache
from typing import Final

from broker.core.event import AlertAccepted
from broker.core.matcher import Leaves, Matcher
from broker.core.subscription import Filter, Subscription

_KEPT_MAX: Final = 4_096  # different filters of readers that are connected at once


class Wishes:
    """Answers whether an alert satisfies a filter; each filter's index is made once."""

    def __init__(self, leaves: Leaves) -> None:
        """Expand area codes by ``leaves``."""
        self._leaves = leaves
        self._matcher = lru_cache(maxsize=_KEPT_MAX)(self._make)

    def satisfies(self, wished: Filter, accepted: AlertAccepted) -> bool:
        """Tell whether a subscription of that filter would be owed the alert."""
        return bool(self._matcher(wished).match(accepted))

    def _make(self, wished: Filter) -> Matcher:
        matcher = Matcher(self._leaves)
        matcher.put(Subscription(id="wish", channel="", filter=wished))
        return matcher
