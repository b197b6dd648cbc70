"""Which municipalities' own orders are fed here at all: "not covered" is not "nothing in force"."""

from broker.core.holder import Role
from broker.web.keys import KeyStore
from geo.registry import Registry, UnknownAreaError


class Coverage:
    """Told by the issuer keys in force: a municipality is covered when a key speaks for it by name.

    A key for the whole country (a relay of JMA's) says nothing about a municipality's own orders.
    """

    def __init__(self, keys: KeyStore, registry: Registry) -> None:
        """Read the keys of the broker."""
        self._keys = keys
        self._registry = registry
        self._version = -1
        self._codes: frozenset[str] = frozenset()

    def __call__(self, code: str) -> bool:
        """Tell whether orders of the municipality or ward of that 5-digit code come in here."""
        if (version := self._keys.version()) != self._version:
            self._codes = self._read()
            self._version = version
        return code in self._codes

    def _read(self) -> frozenset[str]:
        codes: set[str] = set()
        for row in self._keys.rows():
            if row.revoked_at is None and row.holder.role is Role.ISSUER:
                for area in row.holder.areas:
                    try:
                        codes |= self._registry.leaves(area)
                    except UnknownAreaError:
                        continue  # a key for an area that is gone covers nothing
        return frozenset(codes)
