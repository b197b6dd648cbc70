"""Builds the urgent mail of an alert. Pure: the same alert gives the same words, letter for letter.

What must be said (mark, time, sender, what holds where) is fitted first; lists of areas are cut between names and say
what they leave out; sentences that are good to have are added whole while they fit.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from cap_formats.alert import Alert, NamedValue, Status
from cap_formats.drill import MARKS
from cap_formats.parameter import LALERT_BODY
from channels.carrier.mail import TITLE_MAX, TOGETHER_MAX, Mail, MailError, broken, has_address, length
from channels.text import no_longer
from channels.text.character import CharacterError, plain
from channels.text.gist import JST, Gist, gists, is_japanese, unmarked
from channels.text.sentence import (
    CORRECTION,
    action,
    advice,
    area_list,
    closed,
    is_trouble,
    names,
    sentences,
    statement,
    with_action,
)

_DRILL_SENTENCES: Final[dict[Status, str]] = {
    Status.EXERCISE: "【訓練】これは訓練です。",
    Status.TEST: "【試験】これは試験（テスト）です。",
}
LALERT_MAIL: Final = NamedValue(LALERT_BODY, "UrgentMail")
OTHERS_MAX: Final = 40  # units for the names of kinds without their places
KEPT_MAX: Final = 100  # units for what to do, which is worth more than a longer list of areas
SENDABLE: Final = frozenset({Status.ACTUAL, *_DRILL_SENTENCES})


def mail_of(alert: Alert, ordinal: int = 1) -> Mail:
    """Return the mail; ``ordinal`` above 1 is named in it, for handsets show a second message with the same words only
    once. Raises MailError with the reason why this alert cannot be said in an urgent mail.
    """
    if alert.status not in SENDABLE:
        raise MailError(f"an alert with status {alert.status} is never sent to handsets")
    said = gists(alert)
    if not said:
        raise MailError("the alert says nothing in Japanese, and urgent mail is Japanese")
    try:
        mail = _own(alert, said[0], ordinal) or _build(alert, said, ordinal)
    except CharacterError as error:
        raise MailError(f"mail-character: {error}") from error
    if failures := broken(mail):
        raise MailError("; ".join(f"{rule.code}: {rule.sentence}" for rule in failures))
    return mail


def mail_of_end(alert: Alert, ordinal: int = 1) -> Mail:
    """Return the mail to a region of which the newest message of a chain says nothing any more. Raises MailError."""
    if alert.status not in SENDABLE:
        raise MailError(f"an alert with status {alert.status} is never sent to handsets")
    mark = MARKS[alert.status]
    at = alert.sent.astimezone(JST)
    later = f"（第{ordinal}報）" if ordinal > 1 else ""
    lines = [_DRILL_SENTENCES.get(alert.status, ""), clock_words(at) + later, no_longer.SENTENCE]
    return Mail(
        title=mark + no_longer.TITLE, body="\n".join(filter(None, lines)), drill=alert.status is not Status.ACTUAL
    )


def _own(alert: Alert, gist: Gist, ordinal: int) -> Mail | None:
    """Return the mail that its sender wrote as one (UrgentMail of L-Alert), word for word; None where there is none, or
    where it breaks a rule and must be said in our words.
    """
    info = next((info for info in alert.infos if is_japanese(info) and LALERT_MAIL in info.event_codes), None)
    if info is None or gist.cancels:
        return None
    words = plain(unmarked(info.description or ""))
    lines = [_DRILL_SENTENCES.get(alert.status, ""), words, f"（第{ordinal}報）" if ordinal > 1 else ""]
    title = MARKS[alert.status] + plain(unmarked(info.headline or ""))
    mail = Mail(title=title, body="\n".join(filter(None, lines)), drill=alert.status is not Status.ACTUAL)
    return None if not words or broken(mail) else mail


def _build(alert: Alert, said: tuple[Gist, ...], ordinal: int) -> Mail:
    title = _title(said[0], MARKS[alert.status])
    room = TOGETHER_MAX - length(title)
    correction = CORRECTION if said[0].corrects and not said[0].cancels else ""
    lines = [_DRILL_SENTENCES.get(alert.status, ""), _stamp(said[0], ordinal), correction]
    body = "\n".join(line for line in lines if line)
    wishes = _wishes(said[0])
    kept = length(wishes[0]) if action(said[0]) else min(KEPT_MAX, sum(map(length, wishes)))
    for number, gist in enumerate(said):
        left = room - kept - length(body)
        line = _what_holds(gist, left - length(_others(said[number + 1 :])))
        if line is None and number == 0:
            line = _what_holds(gist, left)
        if line is None and number == 0:
            raise MailError("mail-length: what holds where does not fit; shorten the name of the area")
        if line is None:
            others = _others(said[number:])
            body += others if length(others) <= left else ""
            break
        body += line
    for sentence in wishes:
        if length(body) + length(sentence) <= room:
            body += sentence
    return Mail(title=title, body=body, drill=alert.status is not Status.ACTUAL)


def _others(said: Sequence[Gist]) -> str:
    """Return a line that names the kinds for whose places there is no room, so that nothing is passed over in silence;
    of many the worst. Empty of none.
    """
    told: dict[str, None] = {}
    more = ""
    for gist in said:  # of thousands the first few
        name = plain(_short(gist))
        if told and name not in told and sum(map(length, told)) + length(name) > OTHERS_MAX:
            more = "など"
            break
        told[name] = None
    return f"\nほかに、{'、'.join(told)}{more}があります。" if told else ""


def _short(gist: Gist) -> str:
    """Name what a gist says where there is no room for its sentence."""
    if gist.lifts:
        return f"{gist.event}の解除"
    return gist.felt or (f"{gist.event}（継続）" if gist.goes_on else gist.event)


def _title(gist: Gist, mark: str) -> str:
    """Return the first title that fits whole: words are never cut."""
    short = gist.event.partition("（")[0]
    if gist.cancels:
        candidates = ["取消のお知らせ"]
    elif gist.lifts and is_trouble(gist):
        candidates = [f"{gist.event}の復旧", "復旧のお知らせ"]
    elif gist.lifts:
        candidates = [f"{gist.event}の解除", f"{gist.event}解除", f"{short}の解除", "解除のお知らせ"]
    else:
        name, last = names(gist), gist.event.rpartition("・")[2]
        candidates = [name, name.removeprefix("警戒"), gist.event, short, *([last] if last.startswith("津波") else [])]
    titles = (mark + plain(candidate) for candidate in (*candidates, "緊急のお知らせ"))
    return next(title for title in titles if length(mark) < length(title) <= TITLE_MAX)


def _stamp(gist: Gist, ordinal: int) -> str:
    """Say when and who; a later message of the chain differs from an earlier one by this line at the latest."""
    later = f"（第{ordinal}報）" if ordinal > 1 else ""
    return plain(f"{clock_words(gist.sent)} {gist.sender}".rstrip() + later)


def clock_words(at: datetime) -> str:
    """Write a time as it is said: 「7月6日22時00分」."""
    return f"{at.month}月{at.day}日{at.hour}時{at.minute:02d}分"


def _what_holds(gist: Gist, room: int) -> str | None:
    """Return the line that says what holds where, or None where it does not fit."""

    def line(areas: str) -> str:
        return "\n" + plain(statement(gist, areas))

    def fits(areas: str) -> bool:
        return length(line(areas)) <= room

    if not gist.areas:
        return line("") if fits("") else None
    areas = area_list(gist.areas, fits)
    return None if areas is None else line(areas)


def _wishes(gist: Gist) -> list[str]:
    """Return what is good to say, most useful first; sentences that no carrier would take are left out whole."""
    if gist.cancels:
        return []
    wished: list[str] = []
    for sentence in sentences(advice(gist)):
        try:
            spelled = closed(plain(sentence))
        except CharacterError:
            continue
        if spelled and spelled not in wished and not has_address(spelled):
            wished.append(spelled)
    return with_action(gist, wished)
