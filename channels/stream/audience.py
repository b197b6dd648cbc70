"""Who of the live readers gets an alert: the router's own rules, found by its own index, one group for each wish.

As in the router, who was owed an earlier alert of a chain is owed what takes it over, though it cover them no more: an
area that leaves the warning must hear that it does.
"""

import contextlib
import itertools
from collections.abc import Callable, Iterator

import msgspec

from broker.core.matcher import Leaves, Matcher
from broker.core.subscription import Filter, Subscription
from cap_formats.alert import Scope
from channels.stream.connection import Connection, Wish
from channels.stream.frame import AlertFrame

FindSubscription = Callable[[str], Subscription | None]


class Choice:
    """One wish by itself, for a reader that catches up."""

    def __init__(self, wish: Wish, leaves: Leaves) -> None:
        """Judge by ``wish``; ``leaves`` knows the municipalities below a code."""
        self._restricted = wish.restricted
        self._matcher = Matcher(leaves)
        self._matcher.put(subscription_of("wish", wish))

    def wants(self, frame: AlertFrame) -> bool:
        """Tell whether a reader of that wish gets the alert."""
        return is_seen(frame, restricted=self._restricted) and bool(chosen(self._matcher, frame, 1))


class Group:
    """The readers that share a wish, or a subscription."""

    __slots__ = ("connections", "restricted")

    def __init__(self, *, restricted: bool) -> None:
        """Begin without readers; ``restricted``: they may see what is not for the public."""
        self.connections: set[Connection] = set()
        self.restricted = restricted


class Audience:
    """All live readers."""

    def __init__(self, leaves: Leaves, find_subscription: FindSubscription) -> None:
        """Judge as the router does; named subscriptions are judged as they stand at each alert."""
        self._find_subscription = find_subscription
        self._matcher = Matcher(leaves)
        self._groups: dict[str, Group] = {}
        self._keys: dict[Wish, str] = {}
        self._named: dict[str, Subscription] = {}
        self._numbers = itertools.count(1)

    def __iter__(self) -> Iterator[Connection]:
        for group in self._groups.values():
            yield from group.connections

    def __len__(self) -> int:
        return sum(len(group.connections) for group in self._groups.values())

    def add(self, connection: Connection) -> None:
        """Take in a reader."""
        key = self._key(connection)
        if key not in self._groups:
            self._groups[key] = Group(restricted=connection.wish.restricted)
            subscription = subscription_of(key, connection.wish)
            self._matcher.put(subscription)
            if connection.subscription_id is not None:
                self._named[key] = subscription
        self._groups[key].connections.add(connection)

    def remove(self, connection: Connection) -> None:
        """Let go of a reader; one that is not there is no fault."""
        key = connection.subscription_id or self._keys.get(connection.wish)
        group = None if key is None else self._groups.get(key)
        if key is None or group is None:
            return
        group.connections.discard(connection)
        if not group.connections:
            del self._groups[key]
            self._named.pop(key, None)
            if connection.subscription_id is None:
                del self._keys[connection.wish]
            self._matcher.remove(key)

    @contextlib.contextmanager
    def holding(self, connection: Connection) -> Iterator[None]:
        """However its handler ends, the connection ends with it and is let go of."""
        try:
            yield
        finally:
            connection.end()
            self.remove(connection)

    def of_subscription(self, subscription_id: str) -> list[Connection]:
        """Return the readers that came as that subscription and can be written to."""
        group = self._groups.get(subscription_id)
        return [] if group is None else [connection for connection in group.connections if connection.open]

    def of(self, frame: AlertFrame) -> list[Connection]:
        """Return everyone who gets the alert."""
        self._renew()
        found: list[Connection] = []
        for key in chosen(self._matcher, frame, len(self._groups)):
            group = self._groups[key]
            named = self._named.get(key)
            if is_seen(frame, restricted=group.restricted) and not (named is not None and named.paused):
                found.extend(group.connections)
        return found

    def _renew(self) -> None:
        """Take up what became of the named subscriptions since; one that was removed gets nothing more."""
        for key, known in self._named.items():
            now = self._find_subscription(key)
            if now is None:
                self._matcher.remove(key)
                for connection in self._groups[key].connections:
                    connection.end()
            elif now is not known:
                self._named[key] = now
                self._matcher.put(now)

    def _key(self, connection: Connection) -> str:
        if connection.subscription_id is not None:
            return connection.subscription_id
        if connection.wish not in self._keys:
            self._keys[connection.wish] = f"wish {next(self._numbers)}"
        return self._keys[connection.wish]


def chosen(matcher: Matcher, frame: AlertFrame, all_of_them: int) -> set[str]:
    """Return the ids whose filter the alert satisfies, or an earlier alert of its chain did."""
    found = matcher.match(frame.accepted)
    status = frame.accepted.alert.status
    for earlier in frame.earlier:
        if len(found) >= all_of_them:
            break
        for key in matcher.match(earlier) - found:
            subscription = matcher.get(key)
            if subscription is not None and status in subscription.filter.statuses:
                found.add(key)
    return found


def is_seen(frame: AlertFrame, *, restricted: bool) -> bool:
    """Tell whether the stream may show it: never what is addressed to named parties, Restricted by key alone."""
    scope = frame.accepted.alert.scope
    return scope is Scope.PUBLIC or (scope is Scope.RESTRICTED and restricted)


def subscription_of(key: str, wish: Wish) -> Subscription:
    """Return a wish in the router's words."""
    asked = {name: getattr(wish, name) for name in Filter.__struct_fields__}
    return Subscription(id=key, channel="stream", filter=Filter(**asked))


def wish_of(subscription: Subscription) -> Wish:
    """Return what a connection that comes as that subscription gets."""
    return Wish(**msgspec.structs.asdict(subscription.filter), restricted=True)
