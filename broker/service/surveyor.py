"""Where the words lie that could not be placed, as a person says; and what they mean from then on."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final

import msgspec
import structlog

from broker.core.event import AlertAccepted, NotAccepted, Unplaced
from broker.core.held_wish import Codes, HeldWish
from broker.core.problem import Problem
from broker.service.placer import unplaced_of
from cap_formats.alert import Alert, Info, Status
from geo.place import WORDS, Alias, Placement, UnplacedPart
from geo.registry import Registry, UnknownAreaError
from geo.shape import ShapeError

CODES_MAX: Final = 2_000  # codes given at once: all municipalities of Japan
_LOG: Final = structlog.get_logger("broker.settling")


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """The municipalities of each info, those placed and those given for what could not be, and what is left."""

    areas: tuple[Codes, ...]
    unplaced: tuple[Unplaced, ...]


class Surveyor:
    """Asks the registry."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def parts(self, event: NotAccepted | AlertAccepted, alert: Alert | None) -> tuple[UnplacedPart, ...]:
        """Return what of the alert's areas cannot be placed now; of one that was accepted, what was left then."""
        try:
            found = [self._registry.place(info.areas).unplaced for info in (alert.infos if alert else ())]
        except ValueError:  # a shape that cannot be read: it was rejected for that
            return ()
        parts = tuple(dict.fromkeys(part for parts in found for part in parts))
        if not isinstance(event, AlertAccepted):
            return parts
        return tuple(
            part for part, unplaced in zip(parts, unplaced_of(parts), strict=True) if unplaced in event.unplaced
        )

    def given(
        self,
        alert: Alert | None,
        parts: Collection[UnplacedPart],
        wish: HeldWish,
        before: Sequence[Sequence[str]] | None = None,
    ) -> Given:
        """Return what a person gave for the parts that could not be placed. Where all of them came to be known
        meanwhile, the areas given stand in place of that: a person says where this message goes, and no table.

        ``before`` is where each info went already, of a message that did. Raises Problem where nothing is given, for
        words that are not among them or areas for which there is no room, and for shapes that cannot be read.
        """
        everywhere = self._codes(wish.areas, "areas")
        places = {words: self._codes(names, f"places.{words}") for words, names in wish.places.items()}
        known = {part.words for part in parts} | {part.value for part in parts}
        for words in places:
            if words not in known:
                raise Problem("places-unknown", f"{words} is not among what could not be placed.", status=422)
        asked = set(parts)
        found: list[Codes] = []
        left: list[UnplacedPart] = []
        stands_in = False
        for number, info in enumerate(alert.infos if alert else ()):
            placement = self._placed(info)
            codes = set(placement.municipalities)
            if everywhere and not asked and (info.areas if before is None else codes.difference(before[number])):
                codes, stands_in = set(everywhere), True
            for part in placement.unplaced:
                if part in asked:
                    meant = places.get(part.words) or places.get(part.value) or everywhere
                    codes.update(meant)
                    left += () if meant else (part,)
            found.append(tuple(sorted(codes)))
        if everywhere and not asked and not stands_in:
            sentence = "All of its areas are known by now, and were reached; acknowledge it."
            raise Problem("areas-not-asked", sentence, status=422, path="areas")
        if not any(found):
            raise Problem("areas-missing", "Name the municipalities, by code or by name.", status=422, path="areas")
        return Given(areas=tuple(found), unplaced=tuple(dict.fromkeys(unplaced_of(left))))

    def aliases(self, parts: Sequence[UnplacedPart], wish: HeldWish, status: Status | None, who: str) -> list[Alias]:
        """Return what the words mean from the next message on, as the person said; ``status`` is what the message goes
        on with. Raises Problem where they cannot.
        """
        if not wish.sends_on:
            return []
        times = Counter(part.words for part in parts)
        found = []
        for part in parts:
            names = (
                wish.places.get(part.words) or wish.places.get(part.value) or (wish.areas if len(parts) == 1 else ())
            )
            wished = is_remembered(part, status) if wish.remember is None else wish.remember
            if not names or not wished:
                continue
            codes = self._places(names, "areas")
            try:
                alias = self._registry.alias_of(
                    part.words, part.inside, codes, who=who, valid_from=self._registry.today
                )
            except UnknownAreaError as error:
                if times[part.words] > 1:  # the same words stand in another municipality, and it was that one's
                    continue
                sentence = (
                    f"{part.words} stands within {part.inside} and cannot mean {error}; give places within it, or send "
                    "it with remember false."
                )
                raise Problem("alias-not-possible", sentence, status=422, path="areas") from error
            found.append(alias)
        return found

    async def remember(self, aliases: Sequence[Alias]) -> None:
        """Keep them, once what they were settled for has gone out; it does not depend on them."""
        for alias in aliases:
            try:
                await asyncio.to_thread(self._registry.keep_alias, alias)
            except sqlite3.OperationalError as error:  # an import has the file
                _LOG.warning("words not remembered", words=alias.words, codes=alias.codes, reason=str(error))

    def _placed(self, info: Info) -> Placement:
        try:
            return self._registry.place(info.areas)
        except ShapeError as error:
            raise Problem(error.code, str(error), status=409, path="/alert/info/area") from error

    def _codes(self, words: Sequence[str], path: str) -> frozenset[str]:
        """Return the municipalities of codes or names. Raises Problem ``area-unknown``."""
        return frozenset[str]().union(*(self._registry.leaves(code) for code in self._places(words, path)))

    def _places(self, words: Sequence[str], path: str) -> Codes:
        if len(words) > CODES_MAX:
            raise Problem("areas-too-many", f"At most {CODES_MAX} areas are taken.", status=422, path=path)
        codes = []
        for word in words:
            place = self._registry.get(word.strip())
            named = [place] if place else self._registry.named(word.strip())
            if len(named) != 1:
                meant = "several places have that name; give a code" if named else "no place has that code or name"
                raise Problem("area-unknown", f"{word}: {meant}.", status=422, path=path)
            codes.append(named[0].code)
        return tuple(codes)


def is_remembered(part: UnplacedPart, status: Status | None) -> bool:
    """Tell whether words are remembered where nobody says: not those of drills, nor names that stand alone, which mean
    other ground in another sender's mouth.
    """
    return status is Status.ACTUAL and (part.inside is not None or part.value_name not in WORDS)
