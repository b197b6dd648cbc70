"""What waits for its next retry, by far end: a success there lets some of it go at once.

Not all of it: a far end that takes one alert and not another, or so many a minute, would be asked by everything that
waits at each success, for ever, and what is new would stand behind all of that. Two for one double with each answer
where the far end is back for good, and cost it two attempts of each lane where it is not.
"""

import heapq
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from broker.core.lane import Lane
from broker.core.limit import WOKEN_BY_A_SUCCESS
from broker.core.open_delivery import OpenDelivery, Phase

_Entry = tuple[datetime, str, OpenDelivery]
_LANES: Final = tuple(Lane)


class Waiting:
    """Deliveries that an attempt failed of and whose far end did not ask for the time, the soonest due first.

    Goes by what records said alone, so that a replay wakes the same ones.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._heaps: dict[tuple[str, Lane], list[_Entry]] = {}

    def put(self, delivery: OpenDelivery) -> None:
        """Note its retry, where it has one and a success may bring it forward."""
        if delivery.retry_at is not None and not delivery.asked:
            heap = self._heaps.setdefault(_key(delivery), [])
            heapq.heappush(heap, (delivery.retry_at, delivery.id, delivery))
        self.tidy(delivery)

    def tidy(self, delivery: OpenDelivery) -> None:
        """Forget what is out of date; called whenever one of the deliveries was put off again or has ended."""
        key = _key(delivery)
        heap = self._heaps.get(key)
        while heap and _is_stale(heap[0]):
            heapq.heappop(heap)
        if heap is not None and not heap:
            del self._heaps[key]

    def woken(self, subscription_id: str) -> Iterator[OpenDelivery]:
        """Take out those that a success of their far end lets go, of each lane so many."""
        for lane in _LANES:
            heap = self._heaps.get((subscription_id, lane), [])
            left = WOKEN_BY_A_SUCCESS
            while heap and left:
                entry = heapq.heappop(heap)
                if not _is_stale(entry):
                    left -= 1
                    yield entry[2]
            if not heap:
                self._heaps.pop((subscription_id, lane), None)


def _key(delivery: OpenDelivery) -> tuple[str, Lane]:
    return delivery.subscription_id, delivery.alert.lane


def _is_stale(entry: _Entry) -> bool:
    retry_at, _, delivery = entry
    return delivery.phase is Phase.CLOSED or delivery.retry_at != retry_at or delivery.asked
