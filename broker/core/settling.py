"""What a person may do about a message that stopped: one table, from the code of its trouble to the ways out.

Values in, values out. Who may decide, and how a decision is kept, is for the service.

Four decisions. ``settle``: give what is missing, and send it on. ``release``: send it on as it is. ``drop``: it goes
nowhere. ``acknowledge``: a person has read it, and nothing more is to be done. What is sent on is checked again as if
its sender had just sent it, all but the trouble that was settled: a person at this list lends no sender a right that
its key does not have, since operators do not issue.
"""

from enum import StrEnum
from typing import Final

import msgspec

from broker.core.acceptance import Trouble, Verdict
from cap_formats import parameter
from cap_formats.alert import Alert, Info, Status
from cap_formats.drill import drill_words, unmarked

REAL_WORD: Final = "本番"  # typed by hand by whoever says that a message of doubtful status is real
IDENTIFIER_TAIL: Final = ".held-"  # and the record's number: the name of a message whose own name was taken


class Decision(StrEnum):
    """What a person decides."""

    SETTLE = "settle"
    RELEASE = "release"
    DROP = "drop"
    ACKNOWLEDGE = "acknowledge"


class Kind(StrEnum):
    """What stopped: a message as a whole (held: a person must look; rejected: its sender was told and can mend it), or
    some areas of one that was accepted.
    """

    HELD = "held"
    REJECTED = "rejected"
    UNPLACED = "unplaced"


class Need(StrEnum):
    """What must be given so that it is settled; a word of the decision's own fields."""

    AREAS = "areas"  # codes of municipalities or prefectures
    STATUS = "status"  # Actual, Exercise or Test
    FOLLOWS = "follows"  # the seq of the accepted alert that it takes over
    NOTHING = "nothing"  # the broker knows what to do


class Waiver(msgspec.Struct, frozen=True, kw_only=True):
    """A further trouble that a person let pass, by its code, and the person's own words why."""

    code: str
    reason: str


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the table: what may be decided on this trouble, and what settling needs."""

    decisions: tuple[Decision, ...]
    needs: Need | None = None
    ja: str
    en: str


_ALL: Final = (Decision.SETTLE, Decision.RELEASE, Decision.DROP)
_SETTLE: Final = (Decision.SETTLE, Decision.DROP)
_STATUS: Final = Row(
    decisions=_SETTLE,
    needs=Need.STATUS,
    ja="本番か訓練かが食い違っています。どちらであるかを確かめて選びます。本番とするには「本番」と打ち込みます。",
    en="It is not clear whether this is real. Find out and choose; to call it real, type 本番.",
)

ROWS: Final[dict[str, Row]] = {
    "area-unknown": Row(
        decisions=_SETTLE,
        needs=Need.AREAS,
        ja="区域がひとつも見つかりません。市区町村のコードか名前を与えると、そこへ送ります。",
        en="No area could be placed. Name the municipalities and it goes there.",
    ),
    "references-unknown": Row(
        decisions=_ALL,
        needs=Need.FOLLOWS,
        ja="もとの情報がここにありません。どの情報の続きかを番号で示すか、独立した情報として送ります。",
        en="What it refers to is not known. Name the alert that it follows, or release it as one of its own.",
    ),
    "cancel-overtaken": Row(
        decisions=_SETTLE,
        needs=Need.FOLLOWS,
        ja="取消より新しい情報がすでに出ています。取り消すべき情報の番号を示すか、捨てます。",
        en="A newer message of the series is out. Name the alert that is to be cancelled, or drop this.",
    ),
    "identifier-reused": Row(
        decisions=_ALL,
        needs=Need.FOLLOWS,
        ja="同じ番号で内容の違う情報がすでにあります。続報として先の情報につなぐか、別の番号をつけて送ります。",
        en="Its identifier was used for other words. Name the alert that it follows, or release it under a new one.",
    ),
    "sent-in-the-future": Row(
        decisions=_ALL,
        needs=Need.NOTHING,
        ja="発信時刻が未来です。受けた時刻を発信時刻として送るか、その時刻になってからそのまま送ります。",
        en="It was sent in the future. Take the time of reception instead, or release it when that time has come.",
    ),
    "overtaken": Row(
        decisions=(Decision.DROP,),
        ja="同じ系列のより新しい情報がすでに出ています。捨てます。",
        en="A newer message of the series is out. Drop this.",
    ),
    "taken-meanwhile": Row(
        decisions=(Decision.DROP,),
        ja="同じ電文がすでに受け付けられています。捨てます。",
        en="The same message was taken in since. Drop this.",
    ),
    "status-disagrees": _STATUS,
    "status-contradiction": _STATUS,
    "status-unknown": _STATUS,
    "event-code-test": _STATUS,
    "lalert-test-document": _STATUS,
}

DOUBTS: Final = frozenset(code for code, row in ROWS.items() if row.needs is Need.STATUS)
"""Troubles of which a message may be real or a drill: what it says of that itself is not to be believed."""

UNPLACED: Final = Row(
    decisions=(Decision.SETTLE, Decision.ACKNOWLEDGE),
    needs=Need.AREAS,
    ja="送りましたが、場所の分からない部分が残りました。コードを与えると、新たに当たる相手へも送ります。",
    en="It went out, but some of its areas could not be placed. Name them, and those newly concerned get it as well.",
)
REJECTED: Final = Row(
    decisions=(Decision.ACKNOWLEDGE,),
    ja="断って、送り主に理由を知らせました。直して送り直してもらいます。",
    en="It was refused and its sender told why; the sender has to mend it.",
)
HELD: Final = Row(
    decisions=(Decision.RELEASE, Decision.DROP),
    ja="人が見るまで止めています。確かめて、このまま送るか、捨てます。",
    en="It waits for a person: make sure of it, then release or drop it.",
)
UNREADABLE: Final = Row(
    decisions=(Decision.ACKNOWLEDGE, Decision.DROP),
    ja="読みとれませんでした。人が読み、必要なら発令の画面から出してください。",
    en="It could not be read. A person reads it and, where need be, issues it by hand at the console.",
)


def row_of(kind: Kind, code: str, alert: Alert | None) -> Row:
    """Return what may be decided on a trouble; ``alert`` is the message as far as it was understood, None for not."""
    if kind is Kind.UNPLACED:
        return UNPLACED
    if kind is Kind.REJECTED:
        return REJECTED
    return UNREADABLE if alert is None else ROWS.get(code, HELD)


def may_be_waived(trouble: Trouble) -> bool:
    """Tell whether a person may let a message go on in spite of a trouble that it meets besides the one at which it
    stopped: one that alone could be released too. A doubt whether it is real never can, nor what its sender may not.
    """
    return trouble.verdict is Verdict.HELD and Decision.RELEASE in ROWS.get(trouble.code, HELD).decisions


def with_status(alert: Alert, status: Status) -> Alert:
    """Return the alert with the status that a person chose. One that is real no longer calls itself a drill, nor is it
    of a drill's series (JMA's codec names the status in the chain).
    """
    if status is Status.ACTUAL:
        return msgspec.structs.replace(
            alert,
            status=status,
            note=_unmarked(alert.note),
            infos=tuple(_real(info) for info in alert.infos),
            chain=alert.chain.replace(f":{alert.status}:", ":", 1),
        )
    return msgspec.structs.replace(alert, status=status)


def with_sent(alert: Alert, sent_s: int) -> Alert:
    """Return the alert as if it had been sent at that time, seconds since 1970; its offset from UTC stays.

    Where the time of sending orders its chain, the new time does.
    """
    before = int(alert.sent.timestamp())
    sent = alert.sent.fromtimestamp(sent_s, alert.sent.tzinfo)
    place = tuple(sent_s if number == before else number for number in alert.place)
    return msgspec.structs.replace(alert, sent=sent, place=place)


def with_name(alert: Alert, held_seq: int) -> Alert:
    """Return the alert under a name of its own, made of its old one and the record that held it."""
    return msgspec.structs.replace(
        alert,
        identifier=f"{alert.identifier}{IDENTIFIER_TAIL}{held_seq}",
        chain=f"{alert.chain}{IDENTIFIER_TAIL}{held_seq}",
    )


def drill_words_of(alert: Alert) -> str | None:
    """Return the words by which people could take the alert for a drill, None where it has none."""
    texts = [alert.note, *(text for info in alert.infos for text in _texts(info))]
    return next((words for text in texts if text and (words := drill_words(text))), None)


def _texts(info: Info) -> tuple[str | None, ...]:
    return (info.event, info.headline, info.description, info.instruction, info.parameter(parameter.VOICE))


def _real(info: Info) -> Info:
    return msgspec.structs.replace(
        info,
        event=_unmarked(info.event) or info.event,
        headline=_unmarked(info.headline),
        description=_unmarked(info.description),
        instruction=_unmarked(info.instruction),
        parameters=tuple(
            msgspec.structs.replace(each, value=_unmarked(each.value) or "")
            for each in info.parameters
            if each.value_name != parameter.TRAINING
        ),
    )


def _unmarked(text: str | None) -> str | None:
    """Take the marks of drills off the beginnings of a text's lines."""
    return None if text is None else unmarked(text)
