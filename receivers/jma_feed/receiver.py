"""Polls JMA's feeds and hands in each new telegram once, oldest first.

Each feed has a loop of its own, so that earthquakes and tsunamis never wait for forecasts. What was missed is healed
from the long feed: at the start, and when the newest known entry has left the short one. A feed that fails is polled
faster until it is back.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urljoin

import msgspec
import structlog

from broker.core.holder import ANYONE, Holder, Role
from broker.core.problem import Problem
from broker.journal.journal import JournalError
from broker.service.clock import Clock
from broker.service.intake import Acceptance, Intake
from broker.service.source import Source, Sources
from receivers.hand_in import hand_in
from receivers.jma_feed.atom import Entry, FeedError, has_same_origin, is_telegram, read_feed
from receivers.jma_feed.client import AT_ONCE, Client, FetchError, Page
from receivers.jma_feed.settings import Settings
from receivers.jma_feed.taken import Taken

VIA: Final = "jma_feed"
HOLDER: Final = "気象庁"
FAILED_AGAIN: Final = (1 / 12, 1 / 6, 1 / 3, 1.0)  # of the interval, after the first, second ... poll that failed
TELEGRAM_AGAIN_S: Final = (5.0, 15.0, 60.0, 300.0, 900.0, 1800.0)  # the last repeats
TRIES_MAX: Final = 50  # of one telegram: a day
TRIES_GONE_MAX: Final = 5  # where the server says that there is none: a copy may come some minutes after its feed
JOURNAL_AGAIN_S: Final = 1.0  # a telegram that could not be journaled is handed in again, as long as no poll is due
QUIET: Final = timedelta(seconds=30)  # beyond the interval
_LOG: Final = structlog.get_logger("receivers.jma_feed")


class Missing(msgspec.Struct, kw_only=True):
    """A telegram that is yet to be handed in. ``due`` is loop time; ``body`` what came the last time, if it was no
    telegram.
    """

    entry: Entry
    tries: int = 0
    due: float = 0.0
    body: bytes = b""


class Feed(msgspec.Struct, kw_only=True):
    """Where one feed stands. ``newest`` is its last entry at the last poll, ``gap`` whether something was missed."""

    name: str
    url: str
    long_url: str
    source: Source
    page: Page | None = None
    newest: str = ""
    gap: bool = True
    failures: int = 0
    missing: dict[str, Missing] = msgspec.field(default_factory=dict)


class JmaFeed:
    """The receiver; one instance polls all configured feeds."""

    name = "jma_feed"

    def __init__(
        self, settings: Settings, sources: Sources, path: Path, clock: Clock, newest: Callable[[], int]
    ) -> None:
        """Remember in ``path`` what was taken; ``newest`` tells the last seq of the journal."""
        self._settings = settings
        self._newest = newest
        self._clock = clock
        self._path = path
        self._is_skewed = False
        self._holder = Holder(
            name=HOLDER, role=Role.ISSUER, areas=settings.areas, events=settings.events, senders=(ANYONE,)
        )
        base, quiet = settings.base_url.rstrip("/") + "/", timedelta(seconds=settings.interval_s) + QUIET
        self.feeds = [
            Feed(
                name=name,
                url=urljoin(base, f"{name}.xml"),
                long_url=urljoin(base, f"{name}_l.xml"),
                source=sources.open(VIA, name, quiet_max=quiet),
            )
            for name in settings.feeds
        ]

    async def run(self, intake: Intake) -> None:
        """Poll until cancelled."""
        user_agent = "Noroshi/0.1" + (f" ({self._settings.contact})" if self._settings.contact else "")
        self._taken = Taken(self._path, self._newest())
        try:
            async with Client(user_agent, self._clock) as self._client, asyncio.TaskGroup() as group:
                for number, feed in enumerate(self.feeds):
                    phase_s = number * self._settings.interval_s / len(self.feeds)
                    group.create_task(self._follow(feed, phase_s, intake), name=f"jma_feed {feed.name}")
        finally:
            self._taken.close()

    async def _follow(self, feed: Feed, phase_s: float, intake: Intake) -> None:
        """Poll one feed at its own phase of the interval, the first time at once."""
        loop, interval_s = asyncio.get_running_loop(), self._settings.interval_s
        began = loop.time() + phase_s - interval_s
        while True:
            at = began + interval_s * (1 + (loop.time() - began) // interval_s)
            try:
                await self._poll(feed)
                feed.failures = 0
                await self._take(feed, intake, until=at)
            except (FetchError, FeedError) as error:
                feed.source.lost(str(error))
                at = loop.time() + interval_s * FAILED_AGAIN[min(feed.failures, len(FAILED_AGAIN) - 1)]
                feed.failures += 1
            except (JournalError, sqlite3.Error) as error:
                _LOG.error("a telegram could not be journaled; it is fetched again", feed=feed.name, reason=str(error))
            await asyncio.sleep(max(0.0, at - loop.time()))

    async def _poll(self, feed: Feed) -> None:
        """Ask for the short feed, and for the long one where something was missed; note what is new."""
        page = await self._client.get(feed.url, feed.page)
        if page is not None:
            entries = read_feed(page.body, feed.url)
            feed.gap = feed.gap or bool(entries and feed.newest not in {entry.url for entry in entries})
            self._note(feed, entries)
            feed.page, feed.newest = page, entries[-1].url if entries else feed.newest
        feed.source.heard()
        self._watch_clock(feed)
        if feed.gap:
            await self._heal(feed)

    def _watch_clock(self, feed: Feed) -> None:
        """Say once when our clock and the server's part: what seems to come from the future is held."""
        if self._client.is_skewed and not self._is_skewed:
            _LOG.warning("the clocks differ; messages may be held", feed=feed.name, ahead_s=round(self._client.skew_s))
        self._is_skewed = self._client.is_skewed

    async def _heal(self, feed: Feed) -> None:
        """Note what the long feed has; where it is not to be had, the short one goes on and it is tried again."""
        try:
            page = await self._client.get(feed.long_url)
            entries = read_feed(page.body, feed.long_url) if page is not None else []
        except (FetchError, FeedError) as error:
            _LOG.warning("the long feed is not to be had", feed=feed.name, reason=str(error))
            return
        self._note(feed, entries)
        feed.gap = False
        _LOG.info("healed", feed=feed.name, entries=len(entries), missing=len(feed.missing))

    def _note(self, feed: Feed, entries: list[Entry]) -> None:
        """Remember what is to be fetched: all that is not done with and no older than the feed's newest allows; one
        that claims to be of tomorrow makes no other old.
        """
        if not entries:
            return
        reach = timedelta(hours=self._settings.heal_h)
        try:
            oldest = min(entries[-1].updated, self._clock()) - reach
            self._taken.forget(feed.name, oldest - reach)
        except OverflowError:  # a feed whose entries carry no times
            oldest = entries[0].updated
        for entry in entries:
            if entry.updated >= oldest and entry.url not in feed.missing and not self._taken.has(entry.url):
                feed.missing[entry.url] = Missing(entry=entry)

    async def _take(self, feed: Feed, intake: Intake, until: float) -> None:
        """Fetch and hand in what is missing, each when it is due, until the loop time of the next poll."""
        loop = asyncio.get_running_loop()
        while (soonest := min((one.due for one in feed.missing.values()), default=until)) < until:
            await asyncio.sleep(max(0.0, soonest - loop.time()))
            if not await self._take_due(feed, intake, until):
                return

    async def _take_due(self, feed: Feed, intake: Intake, until: float) -> bool:
        """Take what is due, oldest first, and before them what was never tried: what is not to be had keeps nothing
        new waiting. False where the poll is due. A server that gives nothing is not pressed: the others wait, too.
        """
        loop = asyncio.get_running_loop()
        due = [one for one in feed.missing.values() if one.due <= loop.time()]
        due.sort(key=lambda one: (one.tries, one.entry.order))
        for first in range(0, len(due), AT_ONCE):
            some = due[first : first + AT_ONCE]
            async with asyncio.TaskGroup() as group:
                fetches = [group.create_task(self._fetch(one.entry)) for one in some]
            for one, fetch in zip(some, fetches, strict=True):
                await self._settle(feed, one, fetch.result(), intake, until)
            if loop.time() >= until:
                return False
            if len(some) == AT_ONCE and all(_is_refused(fetch.result()) for fetch in fetches):
                for one in due[first + AT_ONCE :]:
                    one.due = loop.time() + TELEGRAM_AGAIN_S[0]
                return True
        return True

    async def _fetch(self, entry: Entry) -> bytes | FetchError | None:
        """Return what came, or why nothing did; None for a telegram that another feed named and brought."""
        if self._taken.has(entry.url):
            return None
        if not has_same_origin(entry.url, self._settings.base_url):
            return FetchError("the link leads away from the server of the feed", gone=True)
        try:
            page = await self._client.get(entry.url)
        except FetchError as error:
            return error
        return b"" if page is None else page.body

    async def _settle(
        self, feed: Feed, one: Missing, fetched: bytes | FetchError | None, intake: Intake, until: float
    ) -> None:
        """Hand one telegram in; wait and try again where none came, and let a person see what never comes."""
        if fetched is not None:
            if not isinstance(fetched, FetchError) and is_telegram(fetched):
                feed.source.message()
                seq: int | None = await self._hand_in(fetched, intake, until)
            else:
                seq = await self._give_up(one, fetched, intake)
            if seq is None:
                return
            self._taken.add(one.entry.url, feed.name, one.entry.updated, seq)
        del feed.missing[one.entry.url]

    async def _hand_in(self, raw: bytes, intake: Intake, until: float) -> int:
        """Hand in one telegram, and return the last seq of what the journal has of it. A journal that fails is asked
        again until the next poll is due; then raises JournalError.
        """
        loop = asyncio.get_running_loop()
        while True:
            try:
                ends = await hand_in(intake, raw, holder=self._holder, via=VIA)
                break
            except JournalError:
                if loop.time() + JOURNAL_AGAIN_S >= until:
                    raise
            await asyncio.sleep(JOURNAL_AGAIN_S)
        for end in ends:
            if isinstance(end, Problem):  # its bytes are kept; that an old one has run out is no news
                _LOG.info("telegram not taken", code=end.code)
        return max(_seq(end) for end in ends)

    async def _give_up(self, one: Missing, fetched: bytes | FetchError, intake: Intake) -> int | None:
        """Count a try that brought no telegram; after the last, hand over what there is and return its seq."""
        loop = asyncio.get_running_loop()
        reason = str(fetched) if isinstance(fetched, FetchError) else "what came is no telegram, or half of one"
        if not isinstance(fetched, FetchError):
            one.body = fetched
        one.tries += 1
        gone = isinstance(fetched, FetchError) and fetched.gone
        if one.tries < (TRIES_GONE_MAX if gone else TRIES_MAX):
            one.due = loop.time() + TELEGRAM_AGAIN_S[min(one.tries, len(TELEGRAM_AGAIN_S)) - 1]
            return None
        sentence = f"The feed names {one.entry.url}, which could not be fetched in {one.tries} tries: {reason}."
        raw = one.body or one.entry.raw
        problem = await intake.hold(raw, code="telegram-not-fetched", sentence=sentence, holder=self._holder, via=VIA)
        _LOG.error("telegram not fetched", url=one.entry.url, reason=reason)
        return _seq(problem)


def _is_refused(fetched: bytes | FetchError | None) -> bool:
    """Tell whether the server gave nothing; that it has no such file is an answer."""
    return isinstance(fetched, FetchError) and not fetched.gone


def _seq(end: Acceptance | Problem) -> int:
    return end.seq if isinstance(end, Acceptance) else int(end.extra.get("record", 0))
