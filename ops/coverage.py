"""Which municipalities' own orders are fed here at all: "not covered" is not "nothing in force"."""

from collections.abc import Iterable

from broker.core.holder import Role
from broker.service.source import Sources, SourceState
from broker.web.keys import KeyStore
from cap_formats.alert import Status
from geo.registry import Registry, UnknownAreaError
from receivers.lalert import Settings
from receivers.lalert.receiver import VIA


class Coverage:
    """Told by the issuer keys in force: a municipality is covered when a key speaks for it by name. What L-Alert may
    say here is covered for as long as one of its centres is heard, for every municipality is on it.

    A key for the whole country (a relay of JMA's) says nothing about a municipality's own orders.
    """

    def __init__(self, keys: KeyStore, registry: Registry, sources: Sources, lalert: Settings) -> None:
        """Read the keys of the broker, and ask its sources."""
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

    def _by_lalert(self, code: str) -> bool:
        if self._lalert is not None and code not in self._lalert:
            return False
        return any(line.receiver == VIA and line.state is SourceState.HEARD for line in self._sources.lines())

    def _read(self) -> frozenset[str]:
        issuers = (row for row in self._keys.rows() if row.revoked_at is None and row.holder.role is Role.ISSUER)
        return self._leaves(area for row in issuers for area in row.holder.areas)

    def _leaves(self, areas: Iterable[str]) -> frozenset[str]:
        codes: set[str] = set()
        for area in areas:
            try:
                codes |= self._registry.leaves(area)
            except UnknownAreaError:
                continue  # what is for an area that is gone covers nothing
        return frozenset(codes)
