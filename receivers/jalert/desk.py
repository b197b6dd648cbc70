"""Where all lines and indexes hand in what they got: opened, held if it cannot be, dropped if it was just here.

Redundant lines bring everything twice. What is the same as one of the last twenty contents of the same mode is dropped,
as the receivers of JMAソケット do; the journal knows duplicates too, but need not be asked. A content counts as here
only once the journal has it.
"""

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog

from broker.core.problem import Problem
from broker.service.intake import Acceptance, Intake
from cap_formats.alert import Status, digest_of
from cap_formats.jalert.bch import XmlType, read_bch
from cap_formats.jalert.envelope import Envelope, seal
from cap_formats.jalert.frame import CIVIL_PROTECTION, Message
from cap_formats.jalert.kind import CIVIL_PROTECTION as JALT
from cap_formats.jalert.unpack import GZIP_MAGIC, ZIP_MAGIC, Member, gunzip, is_tar, unzip
from cap_formats.problem import FormatError, MessageSyntaxError
from receivers.jalert.settings import Settings

VIA: Final = "jalert"
RECENT: Final = 20
_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")  # byte order marks
_LOG: Final = structlog.get_logger("receivers.jalert")


class Desk:
    """One for the house; what hands in returns the last seq of what the journal has of it. ``names`` gives the name of
    each code of ``settings.here``.
    """

    def __init__(self, settings: Settings, names: Callable[[tuple[str, ...]], tuple[str, ...]]) -> None:
        """Begin with nothing handed in."""
        self._settings = settings
        self._holder = settings.holder
        self._here = tuple(zip(settings.here, names(settings.here), strict=True))
        self._recent: OrderedDict[str, int] = OrderedDict()

    async def take_frame(self, message: Message, status: Status, intake: Intake) -> int:
        """Hand in the message of a frame; the journal has it, or what is wrong with it, on return.

        Raises JournalError.
        """
        if message.type == CIVIL_PROTECTION:
            return await self.take_files([Member("received.tar", message.data)], JALT, None, status, intake)
        try:
            content = self._opened(message)
        except FormatError as error:
            return await self.hold(message.raw, error.code, error.sentence, intake)
        return await self.take_telegram(content, status, intake)

    async def take_telegram(self, raw: bytes, status: Status, intake: Intake) -> int:
        """Hand in a telegram of the Agency, unpacked. Raises JournalError."""
        return await self._once(raw, status, intake)

    async def take_files(
        self, members: list[Member], kind: str, time: datetime | None, status: Status, intake: Intake
    ) -> int:
        """Hand in a 国民保護 or 緊急連絡 message with what is known of it. Raises JournalError."""
        if members[0].name == "received.tar" and not is_tar(members[0].data):
            sentence = "A frame of type JL does not hold a tar."
            return await self.hold(members[0].data, "jalert-not-a-tar", sentence, intake)
        envelope = Envelope(
            type=kind, time=time, status=status, areas=self._here, training=self._settings.training_flag
        )
        return await self._once(seal(members, envelope), status, intake)

    async def hold(self, raw: bytes, code: str, sentence: str, intake: Intake) -> int:
        """Keep bytes that never became a message. Raises JournalError."""
        problem = await intake.hold(raw, code=code, sentence=sentence, holder=self._holder, via=VIA)
        _LOG.warning("not understood, and held", code=problem.code, bytes=len(raw))
        return _seq(problem)

    async def _once(self, raw: bytes, status: Status, intake: Intake) -> int:
        key = f"{status} {digest_of(raw)}"
        if key in self._recent:
            return self._recent[key]
        try:
            ends: list[Acceptance | Problem] = await intake.accept_parts(
                raw, holder=self._holder, via=VIA, transport=status
            )
        except Problem as problem:  # its bytes are kept
            ends = [problem]
        for end in ends:
            if isinstance(end, Problem):
                _LOG.warning("not taken", code=end.code, sentence=end.sentence)
        self._recent[key] = seq = max(map(_seq, ends))
        if len(self._recent) > RECENT:
            self._recent.popitem(last=False)
        return seq

    def _opened(self, message: Message) -> bytes:
        """Return the XML in the data of a frame. Raises FormatError."""
        bch = read_bch(message.data, message.type, check=self._settings.checksum)
        body = bch.body
        if bch.xml_type is XmlType.GZIP or body.startswith(GZIP_MAGIC):
            body = gunzip(body)
        elif bch.xml_type is XmlType.ZIP or body.startswith(ZIP_MAGIC):
            body = unzip(body)
        if not body.lstrip().startswith((b"<", *_MARKS)):
            raise MessageSyntaxError(
                "jalert-no-xml",
                f"A message of type {message.type} holds no XML; what it says must be read by a person.",
            )
        return body


def _seq(end: Acceptance | Problem) -> int:
    return end.seq if isinstance(end, Acceptance) else int(end.extra.get("record", 0))
