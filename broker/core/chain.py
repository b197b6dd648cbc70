"""Which series an alert belongs to, what it takes over, and whether it was here before (DESIGN section 4).

Fed by AlertAccepted records alone. Does not decide what becomes of a duplicate, a conflict or an unknown reference:
the intake does.
"""

import hashlib
from collections.abc import Iterable
from typing import Final, Self

import msgspec

from broker.core.event import AlertAccepted
from broker.core.limit import CHAIN_ALERTS_MAX, CHAIN_REFERENCES_MAX
from broker.core.regime import Areas, Regime, Repeated, Word, is_repeating
from cap_formats.alert import Alert, MsgType, Status

Message = tuple[str, str]  # sender, identifier
_TWO_WAYS: Final = frozenset({"jma"})  # formats of which the same thing comes twice (docs/decisions/0009)


class Resolution(msgspec.Struct, frozen=True, kw_only=True):
    """What the broker knows about an alert from what came before.

    ``references`` are the seqs of the alerts of its chain that it takes over, oldest first. ``late``: its chain already
    holds a newer state, or (``is_same``) the same one in another form. ``duplicate_of`` is the seq of the same message,
    taken in before. ``conflict``: the sender used this identifier before, for other words. ``unknown_references``: it
    names earlier messages, none of which is known. ``areas`` are the codes that its chain covered so far.
    """

    chain: str
    place: tuple[int, ...]
    late: bool
    is_same: bool = False
    references: tuple[int, ...]
    areas: frozenset[str]
    duplicate_of: int | None
    conflict: bool
    unknown_references: bool


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered of one accepted alert."""

    seq: int
    message: Message
    raw_digest: str
    content: bytes
    chain: str
    place: tuple[int, ...]
    drill: bool


class Chain(msgspec.Struct, kw_only=True):
    """One series: its newest place, and the seqs of what was not late, oldest first."""

    place: tuple[int, ...]
    seqs: tuple[int, ...]
    areas: frozenset[str]


class ChainsCheckpoint(msgspec.Struct, frozen=True, kw_only=True):
    """All that Chains holds, so that a restart need not read every alert again."""

    alerts_seq: int
    alerts: tuple[Known, ...]
    chains: dict[str, Chain]
    merged: dict[str, str]
    words: dict[str, Word] = {}


class Chains:
    """All series. Holds the newest CHAIN_ALERTS_MAX alerts; what is older is forgotten."""

    def __init__(self) -> None:
        self._alerts: dict[int, Known] = {}
        self._messages: dict[tuple[bool, Message], int] = {}
        self._raws: dict[str, list[int]] = {}
        self._chains: dict[str, Chain] = {}
        self._merged: dict[str, str] = {}
        self._regime = Regime()
        self.alerts_seq = 0

    @classmethod
    def restore(cls, checkpoint: bytes) -> Self:
        """Go on from what checkpoint() wrote; feed it what follows ``alerts_seq``. Raises msgspec.DecodeError."""
        state = msgspec.msgpack.decode(checkpoint, type=ChainsCheckpoint)
        chains = cls()
        chains.alerts_seq, chains._chains, chains._merged = state.alerts_seq, state.chains, state.merged
        chains._regime = Regime(state.words)
        for known in state.alerts:
            chains._remember(known)
        return chains

    def checkpoint(self) -> bytes:
        """Write down all of it."""
        state = ChainsCheckpoint(
            alerts_seq=self.alerts_seq,
            alerts=tuple(self._alerts.values()),
            chains=self._chains,
            merged=self._merged,
            words=self._regime.words,
        )
        return msgspec.msgpack.encode(state)

    def apply(self, seq: int, accepted: AlertAccepted) -> None:
        """Take in one accepted alert. Alerts that touch the same names are resolved and applied one after the other."""
        self.alerts_seq = seq
        alert = accepted.alert
        chain_name = self._chain_name(accepted.chain)
        if accepted.adds_to is not None:
            self._add(seq, chain_name, accepted)
            return
        known = Known(
            seq=seq,
            message=(alert.sender, alert.identifier),
            raw_digest=alert.raw_digest,
            content=_content(alert),
            chain=chain_name,
            place=accepted.place,
            drill=alert.status is not Status.ACTUAL,
        )
        merged = [self._chain_name(earlier.chain) for earlier in self._referenced(alert)]
        self._remember(known)
        chain = self._chains.setdefault(chain_name, Chain(place=accepted.place, seqs=(), areas=frozenset()))
        for name in dict.fromkeys(merged):
            if name != chain_name:
                self._merge(name, chain_name)
        if not accepted.late:
            chain.place = max(chain.place, accepted.place)
            chain.seqs = (*chain.seqs, seq)[-CHAIN_REFERENCES_MAX:]
            chain.areas = chain.areas.union(*accepted.areas)
        if alert.source_format in _TWO_WAYS:
            self._regime.apply(seq, accepted)
        self._forget()

    def _add(self, seq: int, chain_name: str, accepted: AlertAccepted) -> None:
        """Let a message count once more, for areas that were placed later; its name stays that of the first."""
        chain = self._chains.get(chain_name)
        if chain is not None:
            chain.seqs = (*chain.seqs, seq)[-CHAIN_REFERENCES_MAX:]
            chain.areas = chain.areas.union(*accepted.areas)

    def newest(self, chain: str) -> tuple[int, ...]:
        """Return the seqs of what a series holds, oldest first; empty for one that is forgotten."""
        found = self._chains.get(self._chain_name(chain))
        return found.seqs if found else ()

    def touched(self, alert: Alert) -> tuple[str, ...]:
        """Return, sorted, the names of all that must stand still from resolve() until apply(): every series that the
        alert may join or make one, and its own name. Two alerts that touch a name in common must not overlap.
        """
        names = {self._chain_name(known.chain) for known in self._referenced(alert)}
        names.add(self._chain_name(_own_chain(alert)))
        names.add(f"message:{alert.sender},{alert.identifier}")
        if alert.source_format in _TWO_WAYS and self._regime.concerns(alert):
            names.add(f"said twice:{alert.sender}")
        return tuple(sorted(names))

    def resolve(self, alert: Alert) -> Resolution:
        """Say what the alert is in the light of what is known. Changes nothing."""
        duplicate_of, conflict = self._same(alert)
        earlier = self._referenced(alert)
        names = list(dict.fromkeys(self._chain_name(known.chain) for known in earlier))
        own = self._chain_name(_own_chain(alert))
        if not names and own in self._chains:
            names = [own]
        chains = [self._chains[name] for name in names]
        place = _after(alert.place, (known.place for known in earlier))
        if earlier and any(place == chain.place for chain in chains):
            place = (*place, 1)  # two of the same second: of those that name what they take over, the last to come wins
        return Resolution(
            chain=names[0] if names else own,
            place=place,
            late=any(place <= chain.place for chain in chains),
            is_same=any(place == chain.place for chain in chains),
            references=tuple(sorted(seq for chain in chains for seq in chain.seqs))[-CHAIN_REFERENCES_MAX:],
            areas=frozenset[str]().union(*(chain.areas for chain in chains)),
            duplicate_of=duplicate_of,
            conflict=conflict,
            unknown_references=bool(alert.references) and not earlier,
        )

    def repeated(self, alert: Alert, areas: Areas, resolution: Resolution) -> Repeated | None:
        """Say what others have said before of what the alert says, by info and municipality; None where it does not
        repeat others at all. A Cancel of what went out to nobody has nothing to take back.
        """
        if alert.source_format not in _TWO_WAYS or not is_repeating(alert):
            return None
        if alert.msg_type is MsgType.CANCEL:
            return Repeated(areas=areas, repeated=(), seqs=(), is_whole=not resolution.references)
        return self._regime.repeated(alert, areas)

    def _same(self, alert: Alert) -> tuple[int | None, bool]:
        """Find the same message: its name with its bytes or its words; or its bytes and words under another name."""
        seq = self._messages.get((alert.status is not Status.ACTUAL, (alert.sender, alert.identifier)))
        if seq is not None:
            known = self._alerts[seq]
            same = alert.raw_digest == known.raw_digest or _content(alert) == known.content
            return (seq, False) if same else (None, True)
        if (seqs := self._raws.get(alert.raw_digest)) is None:
            return None, False
        content = _content(alert)
        return next((seq for seq in seqs if self._alerts[seq].content == content), None), False

    def _referenced(self, alert: Alert) -> list[Known]:
        """Return the known alerts that it names, newest first. A drill takes over nothing that is live, and none live
        a drill (DESIGN rule 6).
        """
        drill = alert.status is not Status.ACTUAL
        seqs = {self._messages.get((drill, (ref.sender, ref.identifier))) for ref in alert.references}
        return [self._alerts[seq] for seq in sorted((seq for seq in seqs if seq is not None), reverse=True)]

    def _chain_name(self, name: str) -> str:
        while name in self._merged:
            name = self._merged[name]
        return name

    def _merge(self, name: str, into: str) -> None:
        """One message took over two series: from here on they are one."""
        gone, chain = self._chains.pop(name, None), self._chains[into]
        if gone is None:
            return
        self._merged[name] = into
        chain.place = max(chain.place, gone.place)
        chain.seqs = tuple(sorted({*chain.seqs, *gone.seqs}))[-CHAIN_REFERENCES_MAX:]
        chain.areas |= gone.areas

    def _remember(self, known: Known) -> None:
        self._alerts[known.seq] = known
        self._messages[known.drill, known.message] = known.seq
        self._raws.setdefault(known.raw_digest, []).append(known.seq)

    def _forget(self) -> None:
        while len(self._alerts) > CHAIN_ALERTS_MAX:
            known = self._alerts.pop(next(iter(self._alerts)))
            if self._messages.get((known.drill, known.message)) == known.seq:
                del self._messages[known.drill, known.message]
            seqs = self._raws[known.raw_digest]
            seqs.remove(known.seq)
            if not seqs:
                del self._raws[known.raw_digest]
            name = self._chain_name(known.chain)
            chain = self._chains.get(name)
            if chain is not None and (not chain.seqs or chain.seqs[-1] <= known.seq):
                del self._chains[name]


def _own_chain(alert: Alert) -> str:
    """Return the chain that the codec gave; a drill's is never that of the real thing."""
    return alert.chain if alert.status is Status.ACTUAL else f"{alert.status}:{alert.chain}"


def _after(place: tuple[int, ...], earlier: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    """Return the alert's place, moved behind what it names itself: it knew them, whatever its clock says."""
    newest = max(earlier, default=None)
    return place if newest is None or place > newest else (*newest, 1)


def _content(alert: Alert) -> bytes:
    """Digest of what the alert says, apart from the bytes and the name it came under."""
    bare = msgspec.structs.replace(alert, identifier="", chain="", place=(), raw_digest="", source_format="")
    return hashlib.sha256(bare.to_json()).digest()
