"""Which municipalities' own orders are fed here at all: "not covered" is not "nothing in force"."""

from collections.abc import Iterable
from typing import Final

from broker.core.holder import ANYONE, Holder, Role
from broker.service.source import Sources, SourceState
from broker.web.keys import KeyStore
from cap_formats.alert import Status
from cap_formats.jma.decode import SENDER as JMA
from geo.registry import Registry, UnknownAreaError
from ops.settings import Settings as House
from receivers.jma_feed.receiver import VIA as JMA_FEED
from receivers.lalert import Settings
from receivers.lalert.receiver import VIA

# The sources of what 気象庁 says to the whole country. J-Alert has the urgent part of it.
NATIONAL: Final = frozenset({JMA_FEED, "jalert", "qzss"})


class Coverage:
    """Told by the issuer keys in force: a municipality is covered when a key speaks for it by name. What L-Alert may
    say here is covered for as long as one of its centres is heard, for every municipality is on it.

    A key for the whole country (a relay of JMA's) says nothing about a municipality's own orders; it is by such keys,
    by the sources of what is national that are heard, and by ``relays`` that the warnings of 気象庁 come in.
    """

    def __init__(
        self, keys: KeyStore, registry: Registry, sources: Sources, lalert: Settings, relays: Iterable[Holder] = ()
    ) -> None:
        """Read the keys of the broker, and ask its sources. ``relays`` are the holders of the settings."""
        self._relayed = any(map(_is_relay, relays))
        self._by_key = False
        self._keys = keys
        self._registry = registry
        self._sources = sources
        self._has_orders = Status.ACTUAL in lalert.statuses and not lalert.events
        self._lalert = self._leaves(lalert.areas) if lalert.areas else None
        self._version = -1
        self._codes: frozenset[str] = frozenset()

    def __call__(self, code: str) -> bool:
        """Tell whether orders of the municipality or ward of that 5-digit code come in here."""
        if (version := self._keys.version()) != self._version:
            self._codes = self._read()
            self._version = version
        return code in self._codes or (self._has_orders and self._by_lalert(code))

    def national(self) -> bool:
        """Tell whether what 気象庁 and the like say comes in here, as far as can be told."""
        if (version := self._keys.version()) != self._version:
            self._codes = self._read()
            self._version = version
        heard = (line for line in self._sources.lines() if line.state is not SourceState.LOST)
        return self._relayed or self._by_key or any(line.receiver in NATIONAL for line in heard)

    def _by_lalert(self, code: str) -> bool:
        if self._lalert is not None and code not in self._lalert:
            return False
        return any(line.receiver == VIA and line.state is SourceState.HEARD for line in self._sources.lines())

    def _read(self) -> frozenset[str]:
        rows = (row for row in self._keys.rows() if row.revoked_at is None and row.holder.role is Role.ISSUER)
        issuers = [row.holder for row in rows]
        self._by_key = any(map(_is_relay, issuers))
        return self._leaves(area for holder in issuers for area in holder.areas)

    def _leaves(self, areas: Iterable[str]) -> frozenset[str]:
        codes: set[str] = set()
        for area in areas:
            try:
                codes |= self._registry.leaves(area)
            except UnknownAreaError:
                continue  # what is for an area that is gone covers nothing
        return frozenset(codes)


def relays(settings: House) -> list[Holder]:
    """Return those for whom topics and signed files speak, by the settings."""
    topics = [topic.holder for topic in settings.mqtt_in.topics.values()] if settings.mqtt_in.host else []
    keys = [key.holder(name) for name, key in settings.folder.keys.items()] if settings.folder.path else []
    anyone = [Holder(name="", role=Role.ISSUER)] if settings.folder.path and settings.folder.unsigned else []
    return topics + keys + anyone


def _is_relay(holder: Holder) -> bool:
    """Tell whether a holder may say for real what 気象庁 says."""
    named = not holder.senders and not holder.areas
    return Status.ACTUAL in holder.statuses and (named or bool({JMA, ANYONE}.intersection(holder.senders)))
