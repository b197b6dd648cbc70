"""The Atom feed: all that holds now and the latest alerts, newest first, each with a link to its CAP document."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from broker.core.event import AlertAccepted
from broker.service.broker import Broker
from broker.views.history import alerts
from broker.views.in_force import holdings
from cap_formats.alert import Scope, Status
from cap_formats.atom import AtomItem, feed
from cap_formats.drill import marked
from cap_formats.problem import FormatError
from channels.feed.document import Content, Wanted
from channels.stream.history import epoch_of

ENTRIES_MAX: Final = 100  # beside what holds; a poller that comes once an hour on the worst day misses none
LOOKED_AT_MAX: Final = 500  # alerts gone through for one area: what the archive keeps in memory
PATH: Final = "/feeds/alerts.atom"


class Entries:
    """Builds the Atom feed for what is wanted."""

    def __init__(self, broker: Broker, base_url: str) -> None:
        """Read from the broker's views; ``base_url`` stands before every link, empty for links within the site."""
        self._broker = broker
        self._base_url = base_url
        self._born = broker.clock()

    async def build(self, wanted: Wanted) -> Content:
        """Build it as of now."""
        items = [
            self._item(seq, accepted) for seq, accepted in sorted((await self._shown(wanted)).items(), reverse=True)
        ]
        epoch = await epoch_of(self._broker.journal)
        query = f"status={','.join(wanted.statuses)}" + (f"&area={wanted.area}" if wanted.area else "")
        updated = max((item.updated for item in items), default=self._born)
        title = self._title(wanted)
        feed_id = uuid.uuid5(uuid.NAMESPACE_URL, f"{self._base_url}{PATH}?{query}#{epoch}").urn
        self_url = f"{self._base_url}{PATH}?{query}"
        try:
            body = feed(items, id=feed_id, title=title, updated=updated, self_url=self_url)
        except FormatError:
            items = [item for item in items if can_be_written(item)]  # one bad text must not silence the others
            body = feed(items, id=feed_id, title=title, updated=updated, self_url=self_url)
        return Content(body=body, said=body)

    async def _shown(self, wanted: Wanted) -> dict[int, AlertAccepted]:
        broker = self._broker
        codes = None if wanted.area is None else frozenset(broker.registry.leaves(wanted.area))
        reader = broker.projector.reader
        holding = holdings(reader, broker.clock(), wanted.statuses, None if codes is None else sorted(codes))
        shown = {h.seq: await broker.archive.accepted(h.seq) for h in holding}
        latest = [
            row
            for status in wanted.statuses
            for row in alerts(reader, status=status, limit=ENTRIES_MAX if codes is None else LOOKED_AT_MAX)
        ]
        room = len(shown) + ENTRIES_MAX
        for row in sorted(latest, key=lambda row: -row.seq):
            if len(shown) >= room:
                break
            accepted = await broker.archive.accepted(row.seq)
            if not row.late and (codes is None or concerns(accepted, codes)):
                shown[row.seq] = accepted
        return {seq: accepted for seq, accepted in shown.items() if accepted.alert.scope is Scope.PUBLIC}

    def _item(self, seq: int, accepted: AlertAccepted) -> AtomItem:
        cap_url = f"{self._base_url}/api/v1/alerts/{seq}.cap"
        return AtomItem(alert=accepted.alert, updated=accepted.received_at, cap_url=cap_url)

    def _title(self, wanted: Wanted) -> str:
        place = "" if wanted.area is None else self._place(wanted.area)
        drill = next((status for status in wanted.statuses if status is not Status.ACTUAL), Status.ACTUAL)
        return marked(f"{place}災害情報 / Noroshi alerts", drill)

    def _place(self, code: str) -> str:
        found = self._broker.registry.get(code)
        return "" if found is None else f"{found.full_name} "


def concerns(accepted: AlertAccepted, codes: Iterable[str]) -> bool:
    """Tell whether the alert covers one of the municipalities."""
    wanted = frozenset(codes)
    return any(wanted.intersection(of_info) for of_info in accepted.areas)


def can_be_written(item: AtomItem) -> bool:
    """Tell whether XML can carry what the alert says."""
    moment: datetime = item.updated
    try:
        feed([item], id="urn:x", title="", updated=moment, self_url="")
    except FormatError:
        return False
    return True
