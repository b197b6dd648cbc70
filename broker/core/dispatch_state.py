"""What a restart needs to know of the dispatch, and the memory of what was said to the public."""

import heapq

import msgspec

from broker.core.open_delivery import DeliveryFacts, RoutedAlert


class DispatchState(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that records have brought about, in a canonical order: equal states are equal values.

    ``alerts_seq`` and ``deliveries_seq`` are the last records taken in, per stream.
    """

    alerts_seq: int
    deliveries_seq: int
    alerts: tuple[RoutedAlert, ...]
    deliveries: tuple[DeliveryFacts, ...]
    paused: tuple[str, ...]
    removed: tuple[str, ...]
    went_out: tuple[tuple[int, str], ...]


class WentOut:
    """Which alerts went out, or may have, to which subscription of a channel to the public.

    Keeps the ``pairs_max`` newest by alert, whatever the order they came in.
    """

    def __init__(self, pairs_max: int) -> None:
        self._pairs_max = pairs_max
        self._pairs: set[tuple[int, str]] = set()
        self._oldest: list[tuple[int, str]] = []

    def add(self, alert_seq: int, subscription_id: str) -> None:
        """Remember one."""
        pair = (alert_seq, subscription_id)
        if pair in self._pairs:
            return
        self._pairs.add(pair)
        heapq.heappush(self._oldest, pair)
        if len(self._oldest) > self._pairs_max:
            self._pairs.discard(heapq.heappop(self._oldest))

    def holds(self, alert_seqs: tuple[int, ...], subscription_id: str) -> bool:
        """Whether any of the alerts went out there."""
        return any((alert_seq, subscription_id) in self._pairs for alert_seq in alert_seqs)

    def pairs(self) -> tuple[tuple[int, str], ...]:
        """Return all of them, in order."""
        return tuple(sorted(self._pairs))
