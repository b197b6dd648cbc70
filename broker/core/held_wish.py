"""What a person asks for at the held list, held against the table of what may be decided. Values in, values out."""

from typing import Final

import msgspec

from broker.core.problem import Problem
from broker.core.settling import REAL_WORD, Decision, Kind, Need, Row
from cap_formats.alert import Status

REASON_MAX: Final = 500  # characters of a person's own words
WAIVES_MAX: Final = 20  # more troubles than one message can meet
Codes = tuple[str, ...]


class HeldWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person asks for: the ``decision`` and, for ``settle``, what is missing. A message may have more troubles
    than the first, at which it stopped: ``areas``, ``follows`` and ``waives`` are taken with every decision that sends
    it on.

    ``areas``: codes or names of municipalities or prefectures, for everything that could not be placed; ``places``: the
    same for single words of it. ``remember``: whether those words mean these places from now on; where it is not said,
    ``Subject.is_remembered`` tells. ``status``: only where that is what is in doubt, with ``confirm``, the word 本番,
    where it is Actual. ``follows``: the seq of the accepted alert that this takes over. ``waives``: codes of further
    troubles that it may meet, and for each the reason why it goes on all the same; a refusal names the next
    (``waivable``).
    """

    decision: Decision
    reason: str = ""
    areas: Codes = ()
    places: dict[str, Codes] = {}
    remember: bool | None = None
    status: Status | None = None
    confirm: str = ""
    follows: int | None = None
    waives: dict[str, str] = {}

    @property
    def sends_on(self) -> bool:
        """Whether the message goes on."""
        return self.decision in (Decision.SETTLE, Decision.RELEASE)

    @property
    def named(self) -> Codes:
        """The codes and names given, in order, each once."""
        return tuple(dict.fromkeys([*self.areas, *(code for codes in self.places.values() for code in codes)]))


def check_wish(wish: HeldWish, row: Row, kind: Kind, code: str) -> None:
    """Hold a wish against the row of its trouble. Raises Problem ``decision-not-possible`` or what is missing."""
    if wish.decision not in row.decisions:
        words = ", ".join(row.decisions)
        sentence = f"Of {kind}, {code}, what can be decided is {words}. {row.en}"
        raise Problem("decision-not-possible", sentence, status=422, path="decision")
    if wish.sends_on and wish.status is not None and row.needs is not Need.STATUS:
        sentence = "Its status is in no doubt and stays as it is; leave status out."
        raise Problem("status-not-asked", sentence, status=422, path="status")
    is_real = wish.status is Status.ACTUAL
    _check_reason(wish.reason, "reason", required=wish.decision in (Decision.DROP, Decision.RELEASE) or is_real)
    if len(wish.waives) > WAIVES_MAX:
        raise Problem("waives-too-many", f"At most {WAIVES_MAX} waivers are taken.", status=422, path="waives")
    for waived, reason in wish.waives.items():
        _check_reason(reason, f"waives.{waived}", required=True)
    if wish.decision is Decision.SETTLE and row.needs is not None:
        _check_given(row.needs, wish)


def _check_reason(reason: str, path: str, *, required: bool) -> None:
    if len(reason) > REASON_MAX:
        raise Problem("reason-too-long", f"A reason has at most {REASON_MAX} characters.", status=422, path=path)
    if required and not reason.strip():
        raise Problem("reason-missing", "Say why; it is kept with the decision.", status=422, path=path)


def _check_given(needs: Need, wish: HeldWish) -> None:
    if needs is Need.AREAS and not wish.named:
        raise Problem("areas-missing", "Name the municipalities, by code or by name.", status=422, path="areas")
    if needs is Need.FOLLOWS and wish.follows is None:
        sentence = "Give the seq of the accepted alert that this takes over."
        raise Problem("follows-missing", sentence, status=422, path="follows")
    if needs is Need.STATUS:
        if wish.status not in (Status.ACTUAL, Status.EXERCISE, Status.TEST):
            raise Problem("status-missing", "Choose Actual, Exercise or Test.", status=422, path="status")
        if wish.status is Status.ACTUAL and wish.confirm != REAL_WORD:
            sentence = f"To call it real, type {REAL_WORD} (confirm); nothing went out."
            raise Problem("confirmation-missing", sentence, status=422, path="confirm")
