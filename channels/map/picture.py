"""All that holds at one moment, worked out once for all visitors: on the worst day everybody asks at the same time."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from functools import cached_property
from typing import Final

import msgspec

from broker.core.event import ALERTS
from broker.core.headline import headlines_for_all
from broker.service.broker import Broker
from broker.views.ground import Point
from broker.views.in_force import Holding, holdings
from broker.views.situations import situation_seqs
from cap_formats.alert import Severity, Status
from channels.map.ash import Ash, ash, drawn
from channels.map.district import Districts, districts, marks
from channels.map.ended import Ended, Tombstone, shown, tombstones
from channels.map.nation import Group, nation
from channels.map.notice import Notice, id_of, notices, tone_of
from channels.map.refuge import Refuge, refuge

STANDS_S: Final = 5  # at most; a new record makes a new picture at once, and what expires is gone this soon
STATUSES: Final[dict[bool, tuple[Status, ...]]] = {
    False: (Status.ACTUAL,),
    True: (Status.EXERCISE, Status.TEST),
}  # by whether drills are asked for


Known = dict[int, tuple[str, tuple[str, ...]]]  # sender and codes of a message, by its seq
KNOWN_MAX: Final = 10_000  # messages remembered, two days' worth of ends in the worst season


class Picture:
    """What holds, at ``as_of``. What is asked of it twice is worked out once."""

    def __init__(self, broker: Broker, as_of: datetime, known: Known, *, drill: bool) -> None:
        self.as_of = as_of
        reader = broker.projector.reader
        reported = situation_seqs(reader)
        self.held = [h for h in holdings(reader, as_of, STATUSES[drill]) if h.seq not in reported or _is_warning(h)]
        self.rendered: dict[tuple[str, bool], str] = {}  # the national list by language and length
        self._broker = broker
        self._drill = drill
        self._groups: dict[str, list[Group]] = {}
        self._known = known
        self._refuges: dict[tuple[tuple[str, ...], bool], Refuge] = {}
        self._marks: dict[str, bytes] = {}
        self._ash: dict[str, bytes] = {}
        self._ended: dict[tuple[str, tuple[str, ...] | None], list[Ended]] = {}

    def at(self, codes: Collection[str]) -> list[Holding]:
        """Return what holds in any of the municipalities, worst first."""
        found = {id(h): h for code in codes for h in self._by_code.get(code, ())}
        return [h for h in self.held if id(h) in found] if found else []

    def cards(self, codes: Collection[str], language: str) -> list[Notice]:
        """Return a card for each thing that holds in any of the municipalities."""
        return notices(self.at(codes), language, self._for_all)

    def groups(self, language: str) -> list[Group]:
        """Return the national list."""
        if language not in self._groups:
            self._groups[language] = nation(self.held, language, lambda code: self._name(code, language))
        return self._groups[language]

    def ended(self, language: str, codes: tuple[str, ...] | None = None) -> list[Ended]:
        """Return what ended in the last day: everywhere, or in the municipalities of one place."""
        if (language, codes) not in self._ended:
            found = shown(
                self._tombstones, language, lambda code: self._broker.registry.names((code,), language)[0], codes
            )
            self._ended[language, codes] = found
        return self._ended[language, codes]

    def districts(self, codes: tuple[str, ...], point: Point | None) -> dict[str, Districts]:
        """Return, by the id of its card, the districts that each thing is for that is not for all of a place."""
        registry = self._broker.registry
        found = ((h, districts(registry.grounds.of(h.info.areas), codes, registry, point)) for h in self.at(codes))
        return {id_of(h): of_card for h, of_card in found if of_card is not None}

    def marks(self, language: str) -> bytes:
        """Return where the districts lie that are named by what holds, as GeoJSON."""
        if language not in self._marks:
            features = marks(self.held, self._broker.registry.grounds, language)
            self._marks[language] = msgspec.json.encode({"type": "FeatureCollection", "features": features})
        return self._marks[language]

    def ash(self, codes: tuple[str, ...], language: str) -> dict[str, Ash]:
        """Return, by the id of its card, when ash falls that was forecast for a place."""
        found = ((h, ash(h, self.as_of, language)) for h in self.at(codes))
        return {id_of(h): of_card for h, of_card in found if of_card is not None}

    def ash_drawn(self, language: str) -> bytes:
        """Return where ash is yet to fall, as GeoJSON."""
        if language not in self._ash:
            self._ash[language] = msgspec.json.encode(drawn(self.held, self.as_of, language))
        return self._ash[language]

    def refuge(self, codes: tuple[str, ...], point: Point | None, *, whole: bool) -> Refuge:
        """Return where to go in the municipalities of one place, or around a point in them."""
        key = (codes, whole)
        if point is None and key in self._refuges:
            return self._refuges[key]
        reader = self._broker.projector.reader
        found = refuge(reader, self.as_of, STATUSES[self._drill], codes, point, whole=whole)
        if point is None:
            self._refuges[key] = found
        return found

    @cached_property
    def _tombstones(self) -> list[Tombstone]:
        chains = {h.chain for h in self.held}
        reader = self._broker.projector.reader
        return tombstones(reader, self.as_of, STATUSES[self._drill], chains, self._known)

    @cached_property
    def _for_all(self) -> frozenset[str]:
        """The ids of what has a headline for other areas too."""
        messages: defaultdict[int, list[Holding]] = defaultdict(list)
        for h in self.held:
            messages[h.seq].append(h)
        found = (zip(held, headlines_for_all([h.info for h in held]), strict=True) for held in messages.values())
        return frozenset(id_of(h) for told in found for h, is_for_all in told if is_for_all)

    @cached_property
    def tones(self) -> dict[str, int]:
        """The tone of the worst that holds, by municipality."""
        return {code: max(tone_of(h) for h in held) for code, held in self._by_code.items()}

    @cached_property
    def _by_code(self) -> dict[str, list[Holding]]:
        found: defaultdict[str, list[Holding]] = defaultdict(list)
        for h in self.held:
            for code in h.codes:
                found[code].append(h)
        return dict(found)

    def _name(self, code: str, language: str) -> str:
        found = self._broker.registry.get(code)
        if found is None:
            return code
        return found.romaji if language == "en" and found.romaji else found.name


def _is_warning(held: Holding) -> bool:
    """Tell whether it warns of something; what only reports shelters, headquarters or damage has a place of its own."""
    return held.level > 0 or held.info.severity not in (Severity.MINOR, Severity.UNKNOWN)


class Pictures:
    """The newest picture of what is real and of what is a drill."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._known: Known = {}
        self._kept: dict[bool, tuple[tuple[int, int], Picture]] = {}

    def now(self, *, drill: bool) -> Picture:
        """Return a picture that no record has overtaken and that is at most STANDS_S old."""
        now = self._broker.clock()
        mark = (self._broker.projector.seq(ALERTS), int(now.timestamp()) // STANDS_S)
        kept = self._kept.get(drill)
        if kept is None or kept[0] != mark:
            if len(self._known) > KNOWN_MAX:
                self._known.clear()
            kept = self._kept[drill] = (mark, Picture(self._broker, now, self._known, drill=drill))
        return kept[1]
