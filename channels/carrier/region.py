"""What of an alert concerns the region of one cell broadcast centre: nobody's phone may name what holds elsewhere.

A centre reaches its whole network (there is no targeting at it), so its region is what its subscription asked for. A
centre that asked for no areas gets the whole.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Final

import msgspec

from broker.core.event import AlertAccepted
from broker.core.holding import says_nothing
from cap_formats.alert import Alert, Area, Info, MsgType
from channels.text.gist import is_japanese
from channels.text.headline import with_own_headlines
from geo.place import Placement
from geo.registry import Registry, UnknownAreaError

WHOLE: Final = None  # the region of a centre of which no areas are known


class Regions:
    """The regions of all centres, by the subscription that reaches them."""

    def __init__(self, registry: Registry, areas_of: Callable[[str], Sequence[str]]) -> None:
        """``areas_of`` gives the areas that a subscription asked for, none for everywhere."""
        self._registry = registry
        self._areas_of = areas_of
        self._alert: Alert | None = None
        self._placed: dict[Area, Placement] = {}  # of that alert: it goes to hundreds of towns, one after the other

    def said(self, accepted: AlertAccepted, subscription_id: str) -> Alert | None:
        """Return the alert with what it says of the centre's region alone; None where it says nothing of it any more,
        having said something of it before.
        """
        self._turn_to(accepted.alert)
        region = self._region(subscription_id)
        if region is not WHOLE:
            return self._said(accepted, region)
        told = zip(accepted.alert.infos, codes_of(accepted), strict=False)
        return msgspec.structs.replace(
            accepted.alert, infos=tuple(self._of(info, codes, codes) for info, codes in told)
        )

    def in_town(self, accepted: AlertAccepted, town: str) -> AlertAccepted:
        """Return the alert with each info that concerns the municipality naming no other, and with its own headlines;
        as it is for a town of which no municipality is known.
        """
        try:
            region = self._registry.leaves(town)
        except UnknownAreaError:
            return accepted
        self._turn_to(accepted.alert)
        infos = tuple(
            self._of(info, codes, region) if codes & region else info
            for info, codes in zip(with_own_headlines(accepted.alert.infos), codes_of(accepted), strict=False)
        )
        return msgspec.structs.replace(accepted, alert=msgspec.structs.replace(accepted.alert, infos=infos))

    def _turn_to(self, alert: Alert) -> None:
        if alert is not self._alert:
            self._alert, self._placed = alert, {}

    def _place(self, area: Area) -> Placement:
        found = self._placed.get(area)
        if found is None:
            found = self._placed[area] = self._registry.place((area,))
        return found

    def _region(self, subscription_id: str) -> frozenset[str] | None:
        areas = self._areas_of(subscription_id)
        try:
            return frozenset[str]().union(*map(self._registry.leaves, areas)) if areas else WHOLE
        except UnknownAreaError:
            return WHOLE

    def _said(self, accepted: AlertAccepted, region: frozenset[str]) -> Alert | None:
        alert = accepted.alert
        cancels = alert.msg_type is MsgType.CANCEL
        unplaced = {part.area_desc for part in accepted.unplaced}
        said = [
            self._of(info, codes, region)
            for info, codes in zip(with_own_headlines(alert.infos), codes_of(accepted), strict=False)
            if (cancels or not says_nothing(info)) and (codes & region or self._may_be_for_anybody(info, unplaced))
        ]
        if cancels and not any(map(is_japanese, said)):
            said = []  # the mail says that it cancels, and no more
        if said or cancels or not alert.infos:
            return msgspec.structs.replace(alert, infos=tuple(said))
        return None

    def _of(self, info: Info, codes: frozenset[str], region: frozenset[str]) -> Info:
        """Return an info with those of its areas that lie in the region, that are no ground (the river, the volcano) or
        that nobody could place: they may. All of them where none does by itself. An area that contains a finer one of
        them is not named, for not all of it is meant: 吉賀町、島根県 would send all of 島根県 away
        (docs/decisions/0003).
        """
        here = codes & region
        own: list[tuple[Area, frozenset[str]]] = []
        finest: dict[str, frozenset[str]] = {}
        for area in info.areas:
            found = self._place(area)
            its = frozenset(found.municipalities)
            if not here.isdisjoint(its) if its else found.unplaced or found.elsewhere:
                own.append((area, its))
            for code in its:
                if code not in finest or len(its) < len(finest[code]):
                    finest[code] = its
        named = tuple(area for area, its in own if not any(finest[code] < its for code in its))
        return msgspec.structs.replace(info, areas=named or info.areas)

    def _may_be_for_anybody(self, info: Info, unplaced: Collection[str]) -> bool:
        """Tell whether an info names no area, or one that could not be placed anywhere."""
        lost = (area for area in info.areas if area.area_desc in unplaced)
        return not info.areas or any(not self._place(area).municipalities for area in lost)


def codes_of(accepted: AlertAccepted) -> list[frozenset[str]]:
    """Return the municipalities of each info, with those that had been said before by another way."""
    repeated = accepted.repeated or ((),) * len(accepted.areas)
    return [frozenset(news).union(said) for news, said in zip(accepted.areas, repeated, strict=True)]
