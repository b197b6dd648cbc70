"""Which messages were heard lately, so that the journal is not asked again every few seconds. Bounded; knows no clock.

A message counts as the same as long as it comes again within WINDOW of the last time: a satellite repeats it every few
seconds while it holds. After a silence of that length the same payload is handed in again, and the journal decides.
"""

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

WINDOW: Final = timedelta(hours=1)
HEARD_MAX: Final = 4_096  # one second of the signal is one message: an hour of nothing but news has 3,600


class Heard:
    """Keys by when they were last heard, the oldest first."""

    def __init__(self) -> None:
        """Begin with none."""
        self._last: OrderedDict[str, datetime] = OrderedDict()

    def again(self, key: str, now: datetime) -> bool:
        """Tell whether it was heard within the window, and if so that it was heard now."""
        last = self._last.get(key)
        if last is None or now - last > WINDOW:
            return False
        self.note(key, now)
        return True

    def note(self, key: str, now: datetime) -> None:
        """Remember that it was heard, and is done with."""
        self._last[key] = now
        self._last.move_to_end(key)
        if len(self._last) > HEARD_MAX:
            self._last.popitem(last=False)

    def __len__(self) -> int:
        return len(self._last)
