"""What an officer sees of one municipality: what holds here, what was issued from here, what the neighbours say.

Reads the broker's views; changes nothing.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
import shapely
from shapely.geometry import Polygon

from broker.core.headline import headlines_for_all
from broker.core.problem import Problem
from broker.core.voice import own_leaves
from broker.service.broker import Broker
from broker.views.deliveries import DeliveryRow, deliveries, tally
from broker.views.history import AlertRow, alert, alerts
from broker.views.in_force import Holding, holdings, infos_of
from broker.web.session import Session
from cap_formats.alert import Alert, MsgType, Status
from geo.code import with_check_digit
from geo.place import District
from geo.place import Place as Municipality
from geo.registry import Registry
from geo.shape import write_polygon
from receivers.console.order import GRADES, WHOLE, Order, Place, order_of, sender_of
from receivers.console.outlook import OLD_AFTER, Outlook, outlook_of

ISSUED_MAX: Final = 20  # beside what holds, which is always shown
LOOKED_AT_MAX: Final = 500  # newest messages of the municipality, among which those of one chain count once
DELIVERIES_MAX: Final = 200  # of one message; all are counted
ENDS_SOON: Final = timedelta(hours=3)  # when an order's end comes so near, its officer is asked about it
VIA: Final = "console"
_MUNICIPALITY = 5  # digits of a municipality's or ward's code in the registry


class Issued(msgspec.Struct, frozen=True, kw_only=True):
    """The newest message of one chain of orders. ``state`` is in-force, lifted, cancelled or expired."""

    row: AlertRow
    state: str
    ends_soon: bool
    counts: tuple[tuple[str, int], ...]


class Desk:
    """The views of one municipality, in one mode. ``issued_by`` is the name of who sits here in the municipality's
    place (代行), empty where it sits here itself.
    """

    def __init__(self, broker: Broker, session: Session, municipality: Municipality) -> None:
        self._broker = broker
        self._session = session
        self.municipality = municipality
        self.name = municipality.name
        self.code = with_check_digit(municipality.code)
        self.leaves = tuple(sorted(broker.registry.leaves(municipality.code)))
        self.issued_by = session.holder.name if is_proxy(session, broker.registry, municipality) else ""

    def holding_here(self) -> list[Holding]:
        """Return what holds here in this desk's mode, worst first."""
        return self._held(self._session.status, self.leaves)

    def for_all(self, held: Holding) -> bool:
        """Tell whether its headline is of other areas too, where something worse may hold."""
        told = infos_of(self._broker.projector.reader, held.seq)
        found = zip(told, headlines_for_all([info for _, info in told]), strict=True)
        return any(is_for_all for (place, _), is_for_all in found if place == held.info_index)

    def outlook(self) -> tuple[Outlook, datetime, bool] | None:
        """Return what 気象庁 expects here hour by hour, when it said so and whether that is long ago; None where it did
        not say.
        """
        registry, now = self._broker.registry, self._broker.clock()

        def members(value_name: str, value: str) -> frozenset[str]:
            found = registry.coded(value_name, value)
            return found.members if found else frozenset()

        found = outlook_of(self.holding_here(), self.leaves, members, now)
        told = alert(self._broker.projector.reader, found.seq) if found else None
        return (found, told.sent, now - told.sent > OLD_AFTER) if found and told else None

    def real_count(self) -> int:
        """Return how many real things hold here, for a desk in drill mode to know that the day is not a drill."""
        return 0 if self._session.status is Status.ACTUAL else len(self._held(Status.ACTUAL, self.leaves))

    def neighbours(self) -> list[Holding]:
        """Return the orders that hold in neighbouring municipalities and were not made here."""
        codes = self._broker.registry.neighbours(self.municipality.code)
        events = {grade.event for grade in GRADES.values()}
        held = self._held(self._session.status, codes) if codes else []
        return [h for h in held if h.event in events and h.sender != sender_of(self.code)]

    def issued(self) -> list[Issued]:
        """Return the newest message of each chain of this municipality's orders, newest first: all that hold, however
        old, and the newest ISSUED_MAX.
        """
        reader, sender = self._broker.projector.reader, sender_of(self.code)
        newest: dict[str, AlertRow] = {}
        for row in alerts(reader, status=self._session.status, sender=sender, limit=LOOKED_AT_MAX):
            if row.chain not in newest and not row.late:
                newest[row.chain] = row
        held = {h.chain: h for h in self.holding_here()}
        shown = dict(list(newest.items())[:ISSUED_MAX])
        for holding in held.values():
            standing = newest.get(holding.chain) or alert(reader, holding.seq)
            if standing is not None and self._is_ours(standing, holding):
                shown[standing.chain] = standing
        return [self._issued(row, held.get(row.chain)) for row in sorted(shown.values(), key=lambda row: -row.seq)]

    def standing(self) -> list[Issued]:
        """Return this municipality's orders that hold, newest first."""
        return [issued for issued in self.issued() if issued.state == "in-force"]

    def find(self, seq: int) -> Issued:
        """Return one of the municipality's orders. Raises Problem ``order-unknown``."""
        row = alert(self._broker.projector.reader, seq)
        held = {h.chain: h for h in self.holding_here()}
        if row is None or row.status is not self._session.status or not self._is_ours(row, held.get(row.chain)):
            raise Problem("order-unknown", f"Record {seq} is no order of this municipality.", status=404)
        return self._issued(row, held.get(row.chain))

    def newest_seq(self, chain: str) -> int:
        """Return the seq of the newest message of a chain, 0 for none."""
        rows = [row for row in alerts(self._broker.projector.reader, chain=chain, limit=20) if not row.late]
        return rows[0].seq if rows else 0

    async def order(self, seq: int) -> tuple[Alert, Order]:
        """Return an order's Alert and what it says. Raises Problem ``order-unknown``."""
        accepted = await self._broker.archive.accepted(seq)
        ours = accepted.alert.sender == sender_of(self.code)
        order = order_of(accepted.alert) if ours else order_of(accepted.alert, code=self.code, municipality=self.name)
        if order is None:
            raise Problem("order-unknown", f"Record {seq} is no evacuation order.", status=404)
        return accepted.alert, order

    async def chain(self, chain: str) -> list[Alert]:
        """Return the messages of a chain that an Update or a Cancel must reference, oldest first."""
        rows = [row for row in alerts(self._broker.projector.reader, chain=chain, limit=50) if not row.late]
        return [(await self._broker.archive.accepted(row.seq)).alert for row in reversed(rows)]

    def deliveries(self, seq: int) -> list[DeliveryRow]:
        """Return what became of one message, at most DELIVERIES_MAX far ends; those that have not got it come first."""
        return deliveries(self._broker.projector.reader, alert_seq=seq, limit=DELIVERIES_MAX)

    def label_of(self, subscription_id: str) -> str:
        """Return what an operator called a far end, or whose it is."""
        found = self._broker.subscriptions.in_force.get(subscription_id)
        return (found.label or found.owner if found else "") or subscription_id

    def districts(self) -> list[tuple[str, str, str]]:
        """Return the municipality's districts: code, name and kana."""
        return [(d.code, d.name, d.kana) for d in self._broker.registry.districts(self.municipality.code)]

    def places(self, before: Order | None, chosen: Collection[str]) -> dict[str, Place]:
        """Return the places that a form has chosen, by their row's key; other keys name nothing."""
        districts = self._broker.registry.districts(self.municipality.code)
        found = {"whole": Place(name=WHOLE)} | {d.code: self._place(d) for d in districts if d.code in chosen}
        known = {district.name for district in districts}
        for part in before.parts if before else ():
            found |= {f"kept-{p.name}": p for p in part.places if not part.lifted and p.name not in known}
        return {key: place for key, place in found.items() if key in chosen}

    def _place(self, district: District) -> Place:
        """Return a district with its shape as CAP text: the outer borders of its polygons, holes filled.

        A shape that reaches over the border that the registry knows is left out, for it would speak for a neighbour,
        and the order would be refused; the district's name and the municipality's code are said all the same.
        """
        parts = shapely.get_parts(district.geometry) if district.geometry is not None else ()
        inside = [
            part
            for part in parts
            if isinstance(part, Polygon) and set(self._broker.registry.touching(part)) <= set(self.leaves)
        ]
        whole = len(inside) == len(parts)
        return Place(name=district.name, polygons=tuple(write_polygon(part) for part in inside) if whole else ())

    def _is_ours(self, row: AlertRow, held: Holding | None) -> bool:
        """Tell whether a message was issued from here, or is an order for here alone that holds and that this key sent
        by other means: what was sent by API is lifted here too.
        """
        if row.sender == sender_of(self.code):
            return True
        if row.issuer != self._session.holder.name:
            return False
        if held is None:
            return row.via == VIA  # what took such an order back
        is_order = held.level > 0 and held.event in {grade.event for grade in GRADES.values()}
        return is_order and set(held.codes) <= set(self.leaves)

    def _held(self, status: Status, codes: Sequence[str]) -> list[Holding]:
        held = holdings(self._broker.projector.reader, self._broker.clock(), (status,), codes)
        return [h for h in held if h.info.language.startswith("ja")] or held

    def _issued(self, row: AlertRow, held: Holding | None) -> Issued:
        now: datetime = self._broker.clock()
        if held is not None:
            state = "in-force"
        elif row.msg_type is MsgType.CANCEL:
            state = "cancelled"
        else:
            state = "lifted" if row.msg_type is MsgType.UPDATE else "expired"
        soon = held is not None and held.until is not None and held.until - now < ENDS_SOON
        return Issued(row=row, state=state, ends_soon=soon, counts=tally(self._broker.projector.reader, row.seq).counts)


def municipalities_of(session: Session, registry: Registry, asked: str) -> list[Municipality]:
    """Return the municipalities that the key is, and those in whose place it may issue, narrowed to a name or code
    where one is asked for.

    A key for the whole country is offered nothing until it asks.
    """
    holder = session.holder
    if not holder.areas:
        return [place for place in registry.find(asked) if len(place.code) == _MUNICIPALITY] if asked else []
    own = [area for area in holder.areas if len(area) >= _MUNICIPALITY]
    found = dict.fromkeys(place for area in (*own, *holder.proxy_for) for place in _within(registry, area))
    return [p for p in found if not asked or asked in p.full_name or asked in p.kana or asked in p.code]


def is_proxy(session: Session, registry: Registry, place: Municipality) -> bool:
    """Tell whether the key is not that municipality itself, so that what it issues is said in its place (代行)."""
    return not registry.leaves(place.code) <= own_leaves(session.holder, registry.leaves)


def _within(registry: Registry, area: str) -> list[Municipality]:
    """Return the municipality of a code, or those of a prefecture, a 政令市 before its wards; none for a gone code."""
    place = registry.get(area)
    if place is None:
        return []
    if len(place.code) == _MUNICIPALITY:
        return [place]
    codes = set(registry.leaves(place.code))
    codes |= {ward.parent for code in codes if (ward := registry.get(code)) and ward.parent}
    return [found for code in sorted(codes - {place.code}) if (found := registry.get(code))]


def may_speak_for(session: Session, registry: Registry, code: str) -> Municipality:
    """Return the municipality of a code. Raises Problem ``area-not-allowed`` where the key does not speak for it."""
    place = registry.get(code[:_MUNICIPALITY])
    if place is None or len(place.code) != _MUNICIPALITY:
        raise Problem("area-unknown", f"There is no municipality {code}.", status=404)
    holder, leaves = session.holder, registry.leaves(place.code)
    proxied = frozenset[str]().union(*(registry.leaves(area) for area in holder.proxy_for))
    if holder.areas and not leaves <= own_leaves(holder, registry.leaves) | proxied:
        raise Problem("area-not-allowed", f"This key may not speak for {place.name}.", status=403)
    return place
