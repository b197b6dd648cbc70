"""What municipalities and operators added to the registry: districts, towns, and words that were settled by hand.

Read municipality by municipality when a name inside one is looked for, and again when the file has changed, whichever
process changed it.
"""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from geo import store
from geo.name import fold
from geo.place import Alias, Place, UnknownAreaError
from geo.town import TownIndex

if TYPE_CHECKING:
    from geo.registry import Registry

INDEXES_MAX: Final = 256  # municipalities whose towns are kept in memory; the largest takes about a megabyte


class Gazetteer:
    """Names inside municipalities, and aliases."""

    def __init__(self, path: Path, registry: "Registry") -> None:
        self._path, self._registry = path, registry
        self._stamp: tuple[object, ...] | None = None  # of the file, when what follows was read from it
        self._indexes: dict[str, TownIndex] = {}
        self._aliases: dict[tuple[str, str | None], tuple[str, ...]] = {}

    def edition(self) -> object:
        """Return what stays equal as long as nothing was added to the registry and the day is the same."""
        self._refresh()
        return self._stamp

    def towns(self, code: str) -> TownIndex:
        """Return the named ground of a municipality or a 政令市, with that of its wards."""
        self._refresh()
        indexes = self._indexes
        index = indexes.get(code)
        if index is None:
            if len(indexes) >= INDEXES_MAX:
                indexes.clear()
            index = indexes[code] = self._read(code)
        return index

    def alias(self, words: str, inside: str | None) -> tuple[str, ...] | None:
        """Return the codes that words were said to mean, or None."""
        self._refresh()
        return self._aliases.get((fold(words), inside)) if self._aliases else None

    def aliases(self) -> tuple[Alias, ...]:
        """Return everything that operators said that words mean."""
        return store.read_aliases(self._path)

    def alias_of(self, words: str, inside: str | None, codes: tuple[str, ...], *, who: str, valid_from: str) -> Alias:
        """Return what words are to mean, to be kept; see ``Registry.add_alias``."""
        key, within = fold(words), self._code(inside) if inside else None
        if not key or not codes:
            raise UnknownAreaError(words)
        kept = tuple(self._meant(code, within) for code in codes)
        return Alias(words=key, inside=within, codes=kept, valid_from=valid_from, who=who)

    def keep_alias(self, alias: Alias) -> None:
        """Keep what words mean, in place of what they meant before."""
        store.put_alias(self._path, alias)

    def remove_alias(self, words: str, inside: str | None) -> bool:
        """Forget what words mean; tell whether they meant anything."""
        return store.remove_alias(self._path, fold(words), inside and self._code(inside))

    def titles(self, code: str) -> tuple[str, ...]:
        """Return what may stand before a town's name, folded, the longest first: 岡山県倉敷市, 倉敷市."""
        place = self._registry.get(code)
        if place is None:
            return ()
        prefecture, full = fold(self._registry.names([place.code[:2]])[0]), fold(place.full_name)
        bare = full.removeprefix(prefecture)
        county = fold(place.county or "") + bare
        return tuple(sorted({prefecture + county, county, full, bare, fold(place.name)}, key=len, reverse=True))

    def ward_beginning(self, code: str, text: str) -> Place | None:
        """Return the ward of a 政令市, gone ones too, whose name a folded text begins with."""
        found = [ward for ward in self._wards.get(code, ()) if text.startswith(fold(ward.name))]
        return max(found, key=lambda ward: (len(ward.name), not ward.valid_to), default=None)

    def _meant(self, code: str, within: str | None) -> str:
        """Return a code as it is kept; raise UnknownAreaError where it is not what the words can mean."""
        if within and self.towns(within).district(code):
            return code
        known = self._code(code)
        if within and not self._registry.leaves(known) <= self._registry.leaves(within):
            raise UnknownAreaError(code)
        return known

    def _code(self, code: str) -> str:
        place = self._registry.get(code)
        if place is None:
            raise UnknownAreaError(code)
        return place.code

    def _refresh(self) -> None:
        file = store.stamp(self._path)
        stamp = (file, self._registry.today)
        if stamp != self._stamp and file is not None:
            self._indexes = {}
            self._aliases = {(one.words, one.inside): one.codes for one in store.read_aliases(self._path)}
            self._stamp = stamp  # last: whoever sees it, in whichever thread, sees the rest

    def _read(self, code: str) -> TownIndex:
        owners = sorted({code, *self._registry.leaves(code)}) if store.stamp(self._path) else []
        gone = [place for place in self._registry.places() if place.valid_to]
        return TownIndex(
            code,
            [(owner, one) for owner in owners for one in store.read_districts(self._path, owner, self._registry.today)],
            [(owner, one) for owner in owners for one in store.read_towns(self._path, owner, self._registry.today)],
            [place for place in gone if {code, *self._registry.leaves(code)} & {place.parent, *place.successors}],
        )

    @cached_property
    def _wards(self) -> dict[str, list[Place]]:
        wards: dict[str, list[Place]] = {}
        for place in self._registry.places():
            if place.kind == "ward" and place.parent:
                wards.setdefault(place.parent, []).append(place)
        return wards
