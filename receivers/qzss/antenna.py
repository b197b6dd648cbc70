"""One GNSS receiver: reads its sentences, hands in each message once, and opens it again when it is gone."""

import asyncio
from collections import OrderedDict, deque
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import Final

import structlog

from broker.core.problem import Problem
from broker.journal.journal import JournalError
from broker.service.clock import Clock
from broker.service.intake import Intake
from broker.service.source import Sources
from cap_formats.problem import FormatError
from cap_formats.qzss.message import Message, read_message
from cap_formats.qzss.page import announcement_of, is_whole
from cap_formats.qzss.sentence import Sentence
from cap_formats.qzss.stream import Damaged, Event, Stream
from receivers.qzss.heard import Heard
from receivers.qzss.port import read
from receivers.qzss.settings import AntennaSettings, Settings

VIA: Final = "qzss"
AGAIN_S: Final = (0.2, 0.5, 1.0, 2.0, 5.0)  # until it is opened again; the last repeats
DAMAGED_MAX: Final = 10  # damaged sentences held in DAMAGED_WITHIN: a bad cable must not fill the journal
DAMAGED_WITHIN: Final = timedelta(hours=1)
ANNOUNCEMENTS_MAX: Final = 8  # announcements in pages that are collected at once
GIVE_WAY_MAX_S: Final = 0.05  # noise that never ends, or a long file, takes half of the time at most
_LOG: Final = structlog.get_logger("receivers.qzss")


class Antenna:
    """The loop of one GNSS receiver."""

    def __init__(self, antenna: AntennaSettings, settings: Settings, sources: Sources, clock: Clock) -> None:
        """Open its source; nothing is read yet."""
        self.name = f"qzss {antenna.name}"
        self._antenna = antenna
        self._holder = settings.holder
        self._clock = clock
        self._source = sources.open(VIA, antenna.name, quiet_max=timedelta(seconds=antenna.quiet_s))
        self._heard = Heard()
        self._damaged: deque[datetime] = deque(maxlen=DAMAGED_MAX)
        self._pages: OrderedDict[tuple[object, ...], dict[str, Message]] = OrderedDict()

    async def run(self, intake: Intake) -> None:
        """Read until cancelled; what breaks is opened again."""
        loop, failures = asyncio.get_running_loop(), 0
        while True:
            stream = Stream()
            try:
                async with aclosing(read(self._antenna)) as source:
                    async for data in source:
                        failures, began = 0, loop.time()
                        for event in stream.feed(data):
                            await self._take(event, intake)
                        await asyncio.sleep(min(loop.time() - began, GIVE_WAY_MAX_S))
            except (OSError, ValueError) as error:  # pyserial's are OSErrors; ValueError is a setting that it refuses
                self._source.lost(f"{type(error).__name__}: {error}")
            await asyncio.sleep(AGAIN_S[min(failures, len(AGAIN_S) - 1)])
            failures += 1

    async def _take(self, event: Event, intake: Intake) -> None:
        try:
            if isinstance(event, Damaged):
                await self._hold(event.raw, "its checksum does not agree", intake)
                return
            self._source.heard()
            if isinstance(event, Sentence):
                await self._take_surely(event, intake)
        except JournalError as error:
            _LOG.error("a message could not be journaled; it comes again", antenna=self.name, reason=str(error))

    async def _take_surely(self, sentence: Sentence, intake: Intake) -> None:
        """Take a sentence, and hold one on which our own code fails: the satellite would say it again and again."""
        try:
            await self._take_sentence(sentence, intake)
        except JournalError:
            raise
        except Exception as error:  # noqa: BLE001 - one sentence must not end the house
            _LOG.error("a sentence met a fault of ours; it is held", antenna=self.name, exc_info=error)
            await self._hold(sentence.raw, f"it met a fault of ours ({type(error).__name__})", intake)

    async def _take_sentence(self, sentence: Sentence, intake: Intake) -> None:
        """Hand in a message that is new. What is no alert for Japan is passed over: it is most of the traffic."""
        now = self._clock()
        try:
            message = read_message(sentence, now)
        except FormatError as error:
            if error.code != "qzss-not-for-alerts":
                await self._hold(sentence.raw, error.sentence, intake)
            return
        if message.is_null or message.is_foreign or self._heard.again(message.key, now):
            return
        self._source.message()
        raw = sentence.raw
        if (announcement := announcement_of(message)) is not None:
            raw = self._collected(announcement, message)
        await self._hand_in(raw, intake)
        self._heard.note(message.key, now)

    def _collected(self, announcement: tuple[object, ...], message: Message) -> bytes:
        """Keep a page; return all of them once they are whole, else the page alone."""
        pages = self._pages.setdefault(announcement, {})
        pages[message.key] = message
        self._pages.move_to_end(announcement)
        if len(self._pages) > ANNOUNCEMENTS_MAX:
            self._pages.popitem(last=False)
        if not is_whole(pages.values()):
            return message.sentence.raw
        return b"\n".join(page.sentence.raw for page in pages.values())

    async def _hand_in(self, raw: bytes, intake: Intake) -> None:
        try:
            ends = await intake.accept_parts(raw, holder=self._holder, via=VIA)
        except Problem as problem:  # its bytes are kept
            ends = [problem]
        for end in ends:
            if isinstance(end, Problem):
                _LOG.warning("not taken", antenna=self.name, code=end.code, sentence=end.sentence)

    async def _hold(self, raw: bytes, reason: str, intake: Intake) -> None:
        """Keep a sentence that cannot be read, but no more than a few an hour: the satellite says it again."""
        now = self._clock()
        if len(self._damaged) == DAMAGED_MAX and now - self._damaged[0] < DAMAGED_WITHIN:
            _LOG.warning("damaged sentence", antenna=self.name, reason=reason)
            return
        self._damaged.append(now)
        sentence = f"A sentence of {self._antenna.name} cannot be read: {reason}."
        await intake.hold(raw, code="qzss-sentence", sentence=sentence, holder=self._holder, via=VIA)
