"""What is fuzzed, by name: the messages that it begins with, what is done with one, and how one is changed."""

import contextlib
import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from corpus import corpus

from cap_formats.jalert.bch import read_bch
from cap_formats.jalert.frame import Broken, Frames, Message
from cap_formats.problem import FormatError
from receivers.jalert.row import read_rows
from receivers.lalert.cut import cut
from receivers.lalert.envelope import Fault, read_envelope
from receivers.lalert.receiver import MESSAGES_MAX
from tests.fuzz.mutation import Mutate, mutate, mutate_bits
from tests.fuzz.oracle import try_bytes
from tests.jalert import made
from tests.lalert.documents import BODIES, cancelled, document, later
from tests.lalert_soap.posting import SOAP, TNS, security
from tests.lifeline.report import notice, report, sheet
from tests.qzss import bits

SEED_MAX = 40_000  # bytes; larger ones only slow it down
AT = datetime(2026, 11, 21, 2, 50, tzinfo=UTC)


class Target(NamedTuple):
    """``attempt`` returns how many messages were understood."""

    seeds: Callable[[], list[bytes]]
    attempt: Callable[[bytes], int] = try_bytes
    change: Mutate = mutate


def files(folder: str, pattern: str) -> list[bytes]:
    """Return the messages of a folder of the corpus."""
    found = [path.read_bytes() for path in sorted((corpus() / folder).glob(pattern))]
    return [data for data in found if len(data) <= SEED_MAX]


def l_alert() -> list[bytes]:
    texts = [document(category) for category in BODIES]
    texts += [document("EvacuationOrder", *later(2)), document("Shelter", *cancelled(2))]
    return [text.encode() for text in texts]


def j_alert() -> list[bytes]:
    notices = [
        made.notice(text, flag=flag, ini="AreaCode=04\r\n")
        for text in (made.MISSILE, made.PASSED, made.TEST)
        for flag in ("0", "1")
    ]
    return [*notices, made.notice(ini="AreaCode=33202\r\n", encoding="utf-8"), made.tar({"a.txt": b"a"}), made.tar({})]


def frames() -> list[bytes]:
    xml = made.telegram()
    bodies = [made.bch(xml), made.bch(made.gzipped(xml), xml_type=2), made.bch(xml, version=1)]
    return [
        *(made.frame("BI", body) for body in bodies),
        made.frame("EN", b"chk") + made.frame("bI", bodies[0]),
        made.frame("JL", made.notice()),
        b"garbage" + made.frame("AN", made.bch(xml, heading=b"\nVTSE41 JPTK 210300\n")),
    ]


def index() -> list[bytes]:
    lines = "2026/11/21 11:50:00,ISSW,a.txt,a.xml.gz\r\n2026/11/21 11:51:00,JALT,b.txt,b.tar\r\n"
    return [lines.encode("cp932"), b"", "日時,種別\r\n".encode("cp932"), lines[:30].encode()]


def sentences() -> list[bytes]:
    made_here = [
        bits.j_alert(1),
        bits.j_alert(0),
        bits.l_alert(1),
        bits.l_alert(3, area=1100),
        bits.null(),
        bits.early_warning(AT, (1, 2)),
        bits.tsunami(AT, 1, (100,)),
        bits.weather(AT, ((1, 11000),)),
        bits.volcano(AT, 1, 101, (1100,)),
    ]
    return [bits.nmea(one) for one in made_here]


def lifelines() -> list[bytes]:
    row = "Actual,power.example.jp,例電力,out-1,1,2026-11-21T11:00:00+09:00,電気,発生,停電,332020,真備町,120,"
    return [report(notice()), report(notice(), notice(id="2", state="復旧")), sheet(row).encode("cp932")]


def posts() -> list[bytes]:
    call = f"""<S:Envelope xmlns:S="{SOAP}"><S:Header>{security(nonce=b"n")}</S:Header><S:Body><t:publish
xmlns:t="{TNS}"><message>%s</message></t:publish></S:Body></S:Envelope>"""
    bodies = [text.decode().partition("?>")[2] for text in l_alert()[:3]]
    return [(call % body).encode() for body in bodies]


def try_frames(data: bytes) -> int:
    """Feed a line as it might come; its whole bytes are in what is told of it."""
    line = Frames()
    understood = 0
    told = 0
    for at in range(0, len(data), 700):
        for event in line.feed(data[at : at + 700]):
            told += len(event.raw) if isinstance(event, Message | Broken) else 0
            if isinstance(event, Message):
                with contextlib.suppress(FormatError):
                    understood += bool(read_bch(event.data, event.type))
    end = line.end()
    assert told + (len(end.raw) if end else 0) <= len(data)
    return understood


def try_post(data: bytes) -> int:
    try:
        messages = read_envelope(data).messages
    except Fault:
        return 0
    return sum(try_bytes(cut(data, message)) for message in messages[:MESSAGES_MAX])


def change_sentence(data: bytes, rng: random.Random, most: int = 1 << 16) -> bytes:
    """Change bits of the message behind the sentence, and give it right checksums again."""
    try:
        body = data.split(b",")[2].split(b"*")[0]
        value = int.from_bytes(bytes.fromhex((body + b"0").decode()), "big") >> 6 >> (bits.BITS - bits.CRC_AT)
        value &= (1 << bits.CRC_AT) - 1
    except (IndexError, ValueError):
        return mutate(data, rng, most)
    again = bits.Bits(0, 0)
    again.put(0, bits.CRC_AT, mutate_bits(value, rng, bits.CRC_AT))
    return bits.nmea(again)


TARGETS = {
    "cap": Target(lambda: files("corpus/cap", "*.cap")),
    "wrapper": Target(lambda: files("corpus/cap", "*.[aer][tds][osx]*")),
    "jma": Target(lambda: files("corpus/jma", "*.xml")),
    "l-alert": Target(l_alert),
    "l-alert-soap": Target(posts, try_post),
    "j-alert": Target(j_alert),
    "j-alert-line": Target(frames, try_frames),
    "j-alert-index": Target(index, lambda data: len(read_rows(data)[0])),
    "qzss": Target(sentences, change=change_sentence),
    "lifeline": Target(lifelines),
}
