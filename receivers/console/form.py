"""From the fields of the console's form to an Order, and back: a level for each place, and words for each level."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from broker.core.problem import Problem
from cap_formats.alert import Status
from receivers.console.order import GRADES, HAZARDS, WHOLE, Order, Part, Place, Text
from receivers.console.wording import extend_text, lift_text, order_text

Fields = Mapping[str, Sequence[str]]
LIFT: Final = "解除"
TYPED: Final = ("typed", "typed2", "typed3")  # fields of names written by hand: one for each level
DRAWN: Final = "drawn"
TEXT_MAX: Final = 2_000  # characters of one text: L-Alert takes 4,000, a speaker needs ten minutes for this much
TYPED_MAX: Final = 100  # names typed by hand
_SUFFIXES: Final = ("都", "道", "府", "県", "市", "区", "町", "村", "し", "く", "ちょう", "まち", "むら", "そん")
_ROMAN_SUFFIXES: Final = ("shi", "ku", "cho", "machi", "mura", "son", "city", "town", "village")


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the form: a place, and the level that it has now (0 for none)."""

    key: str
    name: str
    kana: str
    level: int


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """What the form shows: the order ``before`` that it begins with, updated (``basis``) or issued ``again``, and what
    was ``written`` in it already, by field.
    """

    basis: int | None = None
    again: int | None = None
    before: Order | None = None
    written: Mapping[str, str] | None = None

    @property
    def hazard(self) -> str:
        """The hazard that is chosen, empty for none yet."""
        return self.said("hazard") or (self.before.hazard if self.before else "")

    def said(self, field: str) -> str:
        """Return what was written in a field."""
        return (self.written or {}).get(field, "")

    def rows(self, districts: Sequence[tuple[str, str, str]]) -> list[Row]:
        """Return the lines, each with the level that is chosen."""
        begun = rows(districts, self.before)
        if self.written is None:
            return begun
        return [msgspec.structs.replace(row, level=_chosen(self.said(f"at-{row.key}"))) for row in begun]


def rows(districts: Sequence[tuple[str, str, str]], order: Order | None) -> list[Row]:
    """Return the lines: the whole municipality, its districts (code, name, kana), and places of the order besides."""
    at = levels_of(order)
    known = [Row(key="whole", name=WHOLE, kana="", level=at.pop(WHOLE, 0))]
    known += [Row(key=code, name=name, kana=kana, level=at.pop(name, 0)) for code, name, kana in districts]
    return known + [Row(key=f"kept-{name}", name=name, kana="", level=level) for name, level in at.items()]


def levels_of(order: Order | None) -> dict[str, int]:
    """Return the level of each place that an order has in force."""
    if order is None:
        return {}
    return {place.name: part.level for part in order.parts if not part.lifted for place in part.places}


def revived(order: Order) -> Order:
    """Return an order that no longer holds as if it did: what ran out, or, where all was lifted, what was lifted."""
    standing = tuple(part for part in order.parts if not part.lifted)
    parts = standing or tuple(msgspec.structs.replace(part, lifted=False) for part in order.parts)
    return msgspec.structs.replace(order, parts=parts)


def extended(order: Order) -> Order:
    """Return an order that goes on as it is, in words that say so."""
    parts = tuple(
        msgspec.structs.replace(part, text=extend_text(order.municipality, order.hazard, part.level, part.places))
        for part in order.parts
    )
    return msgspec.structs.replace(order, parts=parts)


def read_order(
    fields: Fields,
    *,
    code: str,
    municipality: str,
    status: Status,
    known: Mapping[str, Place],
    before: Order | None,
) -> Order:
    """Read the form. ``known`` are the places by their row's key; ``before`` is the order that this one updates.

    Raises Problem ``order-invalid`` with the field at fault, or ``order-empty``.
    """
    hazard = _one(fields, "hazard")
    if hazard not in HAZARDS:
        raise Problem("order-invalid", "Choose a hazard.", path="hazard")
    at: dict[int, list[Place]] = {level: [] for level in GRADES}
    for key, place in known.items():
        if level := _level(fields, f"at-{key}"):
            at[level].append(place)
    for typed in TYPED:
        if level := _level(fields, f"at-{typed}"):
            at[level] += [Place(name=name) for name in _names(fields, f"{typed}_names")]
    if level := _level(fields, f"at-{DRAWN}"):
        at[level].append(_drawn(fields))
    if any(at.values()) or before is not None:
        _check_said(fields, at)
    order = picture(
        code=code,
        municipality=municipality,
        hazard=hazard,
        status=status,
        at={level: tuple(places) for level, places in at.items()},
        before=before,
    )
    if not order.parts:
        raise Problem("order-empty", "Choose a level for at least one place.", path="at-whole")
    return order


def _check_said(fields: Fields, at: Mapping[int, Sequence[Place]]) -> None:
    """Refuse what was written and would be lost without a word: a place without a level, or with two."""
    for name, words in [*((typed, f"{typed}_names") for typed in TYPED), (DRAWN, "drawn_polygon")]:
        if _one(fields, words) and not _level(fields, f"at-{name}"):
            raise Problem("order-invalid", "Choose a level for what you wrote, or take it out.", path=f"at-{name}")
    levels: dict[str, int] = {}
    for level, places in at.items():
        for place in places:
            if levels.setdefault(place.name, level) != level:
                raise Problem("order-invalid", f"{place.name} has two levels; choose one.", path="two-levels")


def picture(
    *,
    code: str,
    municipality: str,
    hazard: str,
    status: Status,
    at: Mapping[int, tuple[Place, ...]],
    before: Order | None,
) -> Order:
    """Make the whole picture: what is at which level now, and what was in force before and is no longer."""
    issued = [
        Part(level=level, places=places, text=order_text(municipality, hazard, level, places))
        for level, places in sorted(at.items(), reverse=True)
        if places
    ]
    named = {place.name for part in issued for place in part.places}
    lifted = []
    for part in before.parts if before else ():
        gone = tuple(place for place in part.places if place.name not in named and not part.lifted)
        if gone and before:
            text = lift_text(municipality, before.hazard, part.level, gone)
            lifted.append(Part(level=part.level, places=gone, lifted=True, text=text))
    return Order(code=code, municipality=municipality, hazard=hazard, parts=(*issued, *lifted), status=status)


def read_texts(fields: Fields, order: Order) -> Order:
    """Return the order with the texts as the officer left them. Raises Problem ``order-invalid``."""
    parts = []
    for index, part in enumerate(order.parts):
        said = {}
        for name in Text.__struct_fields__:
            text = _one(fields, f"{name}-{index}").replace("\r\n", "\n")
            if len(text) > TEXT_MAX:
                raise Problem("order-invalid", f"At most {TEXT_MAX} characters are taken.", path=f"{name}-{index}")
            said[name] = text
        if not said["headline"]:
            raise Problem("order-invalid", "The headline is empty.", path=f"headline-{index}")
        parts.append(msgspec.structs.replace(part, text=Text(**said)))
    return msgspec.structs.replace(order, parts=tuple(parts))


def reads_back(fields: Fields, order: Order, names: Sequence[str]) -> bool:
    """Tell whether the officer typed the level (「解除」 or 0 where all is lifted) and one of the municipality's names.

    The name counts in kanji, kana or romaji, with or without 市区町村, in full or half width.
    """
    level = unicodedata.normalize("NFKC", _one(fields, "level")).strip()
    name = _bare(_one(fields, "municipality"))
    levels = {str(order.top)} if order.top else {"0", LIFT}
    return level in levels and name != "" and name in {_bare(known) for known in names}


def _chosen(level: str) -> int:
    return int(level) if level in {str(known) for known in GRADES} else 0


def _bare(name: str) -> str:
    text = unicodedata.normalize("NFKC", name).casefold()
    text = "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in text if c.isalnum())
    for suffix in (*_SUFFIXES, *_ROMAN_SUFFIXES):
        if text.endswith(suffix) and len(text) > len(suffix) + 1:
            return text.removesuffix(suffix)
    return text


def _one(fields: Fields, name: str) -> str:
    return next(iter(fields.get(name, ())), "").strip()


def _level(fields: Fields, name: str) -> int:
    text = _one(fields, name)
    if not text:
        return 0
    if text not in {str(level) for level in GRADES}:
        raise Problem("order-invalid", "A level is 3, 4 or 5.", path=name)
    return int(text)


def _names(fields: Fields, field: str) -> list[str]:
    text = _one(fields, field)
    names = [name.strip() for name in text.replace("、", "\n").replace(",", "\n").splitlines()]
    names = list(dict.fromkeys(name for name in names if name))
    if not names or len(names) > TYPED_MAX:
        raise Problem("order-invalid", f"Type 1 to {TYPED_MAX} names of districts.", path=field)
    return names


def _drawn(fields: Fields) -> Place:
    name = _one(fields, "drawn_name")
    polygon = " ".join(_one(fields, "drawn_polygon").split())
    if not name or not polygon:
        raise Problem("order-invalid", "A drawn area needs a name and at least three points.", path="drawn_polygon")
    first, *rest = polygon.split(" ")
    return Place(name=name, drawn=True, polygons=(polygon if rest and rest[-1] == first else f"{polygon} {first}",))
