"""Asks a J-Alert receiver for its index over HTTP, and fetches each message once.

What was fetched is remembered after the journal has it: a crash in between fetches it again, and the journal knows it.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import structlog
import yarl

from broker.journal.journal import JournalError
from broker.service.clock import Clock
from broker.service.intake import Intake
from broker.service.source import Source, Sources
from cap_formats.alert import digest_of
from cap_formats.jalert.kind import WITHOUT_XML
from cap_formats.jalert.unpack import GZIP_MAGIC, Member, gunzip
from cap_formats.problem import FormatError
from receivers.jalert.desk import VIA, Desk
from receivers.jalert.row import BadRow, Row, read_rows
from receivers.jalert.settings import STATUSES, IndexSettings
from receivers.jma_feed.client import Client, FetchError, Page
from receivers.jma_feed.taken import Taken

INDEX: Final = "index.csv"
OLDEST: Final = timedelta(days=2)  # what is older is not asked for
KEPT: Final = timedelta(days=4)  # and how long it is remembered
TRIES_MAX: Final = 20  # of a file that the index names and the server does not have
ROWS_MAX: Final = 2_000  # of one index: two days of a great earthquake
RETRY_AFTER_MAX_S: Final = 10.0  # a box in the same house has nobody else to serve, and a missile leaves minutes
_LOG: Final = structlog.get_logger("receivers.jalert")


class Index:
    """The loop of one index."""

    def __init__(
        self,
        settings: IndexSettings,
        sources: Sources,
        desk: Desk,
        path: Path,
        clock: Clock,
        newest: Callable[[], int],
    ) -> None:
        """Remember in ``path`` what was taken; ``newest`` tells the last seq of the journal."""
        self._newest = newest
        self.name = f"jalert {settings.name}"
        self._settings = settings
        self._desk = desk
        self._path = path
        self._clock = clock
        self._source: Source = sources.open(VIA, settings.name)
        self._base = yarl.URL(settings.url if settings.url.endswith("/") else f"{settings.url}/")
        self._page: Page | None = None
        self._tries: dict[str, int] = {}
        self._put_off: dict[str, int] = {}  # how often the server failed at a file; the others go first then

    async def run(self, intake: Intake) -> None:
        """Ask until cancelled."""
        self._taken = Taken(self._path, self._newest())
        try:
            async with Client("Noroshi/0.1", self._clock, RETRY_AFTER_MAX_S) as self._client:
                while True:
                    await self._ask(intake)
                    await asyncio.sleep(self._settings.interval_s)
        finally:
            self._taken.close()

    async def _ask(self, intake: Intake) -> None:
        try:
            page = await self._client.get(self._url(INDEX), self._page)
            if page is not None and await self._take(page.body, intake):
                self._page = page  # ask for changes only once everything in it is done with
            self._source.heard()
        except FetchError as error:
            self._source.lost(str(error))
        except (JournalError, sqlite3.Error) as error:
            self._source.heard()
            _LOG.error("a message could not be journaled; it is fetched again", index=self.name, reason=str(error))

    async def _take(self, index: bytes, intake: Intake) -> bool:
        """Take what is new, oldest first, and before that what the server has not failed at; true where nothing is left
        to do.
        """
        rows, done = read_rows(index)
        now = self._clock()
        self._taken.forget(self.name, now - KEPT)
        new = {digest_of(row.line): row for row in rows[-ROWS_MAX:] if self._is_new(row, now)}
        self._put_off = {key: count for key, count in self._put_off.items() if key in new}
        for key, row in sorted(new.items(), key=lambda pair: self._put_off.get(pair[0], 0)):
            try:
                seq = await self._take_row(row, intake)
            except FetchError:
                self._put_off[key] = self._put_off.get(key, 0) + 1
                raise
            if seq is not None:
                self._taken.add(self._name_of(row), self.name, now, seq)
                self._tries.pop(key, None)
            else:
                done = False
        return done

    def _is_new(self, row: Row | BadRow, now: datetime) -> bool:
        is_old = isinstance(row, Row) and row.time < now - OLDEST
        return not (is_old or self._taken.has(self._name_of(row)))

    def _name_of(self, row: Row | BadRow) -> str:
        return f"{self.name} {digest_of(row.line)}"

    async def _take_row(self, row: Row | BadRow, intake: Intake) -> int | None:
        """Hand in what a row names, or hold the row, and return its seq; None where it is to be tried again."""
        if isinstance(row, BadRow):
            sentence = f"A row of {INDEX} cannot be read: {row.reason}."
            return await self._desk.hold(row.line, "jalert-index-row", sentence, intake)
        status = STATUSES[self._settings.mode]
        names = [row.text, row.data] if row.type in WITHOUT_XML else [row.data or row.text]
        try:
            members = [Member(name, await self._fetch(name)) for name in names if name]
        except FetchError as error:
            return await self._missing(row, error, intake)
        if not members or not all(member.data for member in members):
            return await self._missing(row, FetchError("the file is empty", gone=True), intake)
        self._source.message()
        if row.type in WITHOUT_XML:
            return await self._desk.take_files(members, row.type, row.time, status, intake)
        raw = members[0].data
        try:
            telegram = gunzip(raw) if raw.startswith(GZIP_MAGIC) else raw
        except FormatError as error:  # perhaps not whole yet
            return await self._missing(row, FetchError(error.sentence, gone=True), intake, raw)
        return await self._desk.take_telegram(telegram, status, intake)

    async def _missing(self, row: Row, error: FetchError, intake: Intake, raw: bytes = b"") -> int | None:
        """Count a try; after the last, hold what there is and return its seq.

        Raises the error where the server is not there at all.
        """
        if not error.gone:
            raise FetchError(f"{row.data or row.text}: {error}") from error
        key = digest_of(row.line)
        self._tries[key] = self._tries.get(key, 0) + 1
        if self._tries[key] < TRIES_MAX:
            return None
        del self._tries[key]
        sentence = f"{INDEX} names {row.data or row.text}, which was not to be had: {error}."
        return await self._desk.hold(raw or row.line, "jalert-file-missing", sentence, intake)

    async def _fetch(self, name: str) -> bytes:
        page = await self._client.get(self._url(name))
        return page.body if page is not None else b""

    def _url(self, name: str) -> str:
        url = self._base / name
        if self._settings.username:
            url = url.with_user(self._settings.username).with_password(self._settings.password)
        return str(url)
