"""The same warning by two ways: what the newer telegrams have said, and what is left to say for one that repeats them.

Since 2026-05-28 JMA sends each warning by its new telegrams and, minutes later, once more by a transitional one, which
cannot tell level 4 from level 3 (FORMATS 3.5; docs/decisions/0009). The rule, for each subject and municipality:

- graver than what the newer ones have said, or they said nothing: it is news, and goes out;
- the same: it was said, and is not said again;
- less grave: the newer word stands while it is fresh, for ever where it is level 4 or 5; where it has grown old, the
  newer way may have lost its own end, so that the end is news.

Fed by AlertAccepted, as the chains are.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from broker.core.event import AlertAccepted
from broker.core.holding import holds, says_nothing
from broker.core.limit import REPEAT_LAG, REPEATED_KEPT
from cap_formats.alert import Alert, Info, MsgType, Status
from cap_formats.jma.subject import Subject, repeats_others, subject_of

SURE: Final = 4  # from this rank on, only who raised it lowers it: the older way has no word for level 4
NOWHERE: Final = ("",)  # stands for the municipalities of what names none
Areas = tuple[tuple[str, ...], ...]  # municipalities of each info


class Word(msgspec.Struct, kw_only=True):
    """The newest that one series has said: ``ranks`` by subject and municipality. ``ended``: what the other
    way has said since, where that was less.
    """

    seq: int
    at: datetime
    status: Status
    ranks: dict[str, dict[str, int]]
    ended: dict[str, dict[str, int]] = {}

    def stands(self, name: str, code: str, rank: int, now: datetime) -> bool:
        """Tell whether it holds against a word of that rank from the other way."""
        said = self.ranks[name][code]
        heard = self.ended.get(name, {}).get(code, said)
        return rank == heard or (rank < heard and (said >= SURE or now - self.at <= REPEAT_LAG))


class Repeated(msgspec.Struct, frozen=True, kw_only=True):
    """What is left of an alert: ``areas`` are those with news, ``repeated`` those without, both by info; ``seqs`` are
    the alerts that said the latter before. ``is_whole`` tells that nothing is left.
    """

    areas: Areas
    repeated: Areas
    seqs: tuple[int, ...]
    is_whole: bool


def is_repeating(alert: Alert) -> bool:
    """Tell whether the alert only says again what others say, if they come through."""
    return any(repeats_others(info) for info in alert.infos)


class Regime:
    """What the newer telegrams said last, by series."""

    def __init__(self, words: dict[str, Word] | None = None) -> None:
        self.words = words or {}

    def concerns(self, alert: Alert) -> bool:
        """Tell whether the alert speaks of anything that may come twice: two such must not be taken in at once."""
        return any(subject_of(info) is not None for info in alert.infos)

    def repeated(self, alert: Alert, areas: Areas) -> Repeated:
        """Sort the areas of an alert that repeats others into news and what was said."""
        bare = not self.concerns(alert)  # of one that has subjects, what has none is the areas outside its tables
        found = [
            self._said(alert, info, codes or NOWHERE, bare=bare) for info, codes in zip(alert.infos, areas, strict=True)
        ]
        seqs = {seq for said in found for seq in said.values() if seq}
        return Repeated(
            areas=tuple(
                tuple(code for code in codes if code not in said) for codes, said in zip(areas, found, strict=True)
            ),
            repeated=tuple(tuple(code for code in said if code) for said in found),
            seqs=tuple(sorted(seqs)),
            is_whole=bool(seqs)
            and all(len(said) == len(codes or NOWHERE) for codes, said in zip(areas, found, strict=True)),
        )

    def apply(self, seq: int, accepted: AlertAccepted) -> None:
        """Take in what was said; of one that repeats others only where it says that less holds than they had said."""
        alert = accepted.alert
        if is_repeating(alert):
            self._note_ends(accepted)
            return
        if accepted.late:
            return
        self.words.pop(accepted.chain, None)
        ranks: dict[str, dict[str, int]] = {}
        nothing: set[str] = set()
        for info, codes in zip(alert.infos, accepted.areas, strict=True):
            subject = subject_of(info)
            rank = _rank(info, subject)
            for name in subject.names if subject else ():
                by_code = ranks.setdefault(name, {})
                by_code.update((code, max(rank, by_code.get(code, 0))) for code in codes or NOWHERE)
            if says_nothing(info):
                nothing.update(codes)
        for by_code in ranks.values():
            by_code.update((code, 0) for code in nothing if code not in by_code)
        if ranks and alert.msg_type is not MsgType.CANCEL:
            self._forget(alert.sent)
            self.words[accepted.chain] = Word(seq=seq, at=alert.sent, status=alert.status, ranks=ranks)

    def _said(self, alert: Alert, info: Info, codes: Sequence[str], *, bare: bool) -> dict[str, int]:
        """Return the municipalities where what the Info says was said, and by which seq; that nothing holds is never
        news.
        """
        subject = subject_of(info)
        if subject is None:
            return {} if bare and not says_nothing(info) else dict.fromkeys(codes, 0)
        rank = _rank(info, subject)
        known = [self._by_code(alert, name, codes, lasting=subject.lasting) for name in subject.names]
        said: dict[str, int] = {}
        for code in codes:
            words = [
                (by_code[code], name) for by_code, name in zip(known, subject.names, strict=True) if code in by_code
            ]
            stands = [word.stands(name, code, rank, alert.sent) for word, name in words]
            if any(stands) and not (subject.every and (len(stands) < len(known) or not all(stands))):
                said[code] = max(word.seq for word, _ in words)
        return said

    def _by_code(self, alert: Alert, name: str, codes: Sequence[str], *, lasting: bool) -> dict[str, Word]:
        """Return the gravest word on a subject in each municipality, of equals the newest; of news only a fresh one."""
        most = REPEATED_KEPT if lasting else REPEAT_LAG
        found: dict[str, Word] = {}
        for word in self.words.values():
            ranks = word.ranks.get(name)
            if ranks is None or word.status is not alert.status or abs(alert.sent - word.at) > most:
                continue
            for code in codes:
                other = found.get(code)
                if code in ranks and (other is None or (other.ranks[name][code], other.at) < (ranks[code], word.at)):
                    found[code] = word
        return found

    def _note_ends(self, accepted: AlertAccepted) -> None:
        """Note where what had been said is old and the other way says less: a later rise there is news again.

        Level 4 is level 3 in the older telegrams, so that 3 does not lower it.
        """
        alert = accepted.alert
        whole = accepted.repeated or ((),) * len(accepted.areas)
        for info, news, repeated in zip(alert.infos, accepted.areas, whole, strict=True):
            subject = subject_of(info)
            rank = _rank(info, subject)
            for name in subject.names if subject and subject.lasting else ():
                for code, word in self._by_code(alert, name, (*news, *repeated), lasting=True).items():
                    if rank < min(word.ranks[name][code], SURE - 1) and alert.sent - word.at > REPEAT_LAG:
                        word.ended.setdefault(name, {})[code] = rank

    def _forget(self, now: datetime) -> None:
        for chain in [chain for chain, word in self.words.items() if now - word.at > REPEATED_KEPT]:
            del self.words[chain]


def news_of(accepted: AlertAccepted) -> AlertAccepted:
    """Return the alert as it is told: without the infos of which others have said all, by a graver word perhaps."""
    told = [
        number
        for number, (codes, said) in enumerate(zip(accepted.areas, accepted.repeated, strict=False))
        if codes or not said
    ]
    if not told or len(told) == len(accepted.areas):
        return accepted
    alert = msgspec.structs.replace(accepted.alert, infos=tuple(accepted.alert.infos[number] for number in told))
    return msgspec.structs.replace(
        accepted,
        alert=alert,
        areas=tuple(accepted.areas[number] for number in told),
        repeated=tuple(accepted.repeated[number] for number in told),
    )


def _rank(info: Info, subject: Subject | None) -> int:
    return subject.rank if subject and holds(info) else 0
