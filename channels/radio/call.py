"""One call to the stations: what they show, say and sound. Pure: the same delivery gives the same bytes.

The spoken form is that of municipal practice: callsign, short sentences, callsign again. In a drill the word 訓練 is
said first and last.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from broker.core.delivery import Delivery
from broker.core.event import AlertAccepted
from broker.core.holding import says_nothing
from cap_formats.alert import Alert, Area, MsgType, Status
from cap_formats.drill import MARKS, marked
from cap_formats.jalert.kind import KINDS, REPEATS, STARTS
from cap_formats.parameter import VOICE
from channels.radio.settings import ALL, Contact, Settings
from channels.radio.siren import Siren, siren_of
from channels.text import no_longer
from channels.text.gist import Gist, gists, is_japanese
from channels.text.sentence import CORRECTION, action, advice, area_list, closed, sentences, statement

AREAS_SPOKEN_MAX: Final = 120  # characters of area names in one sentence: about 20 seconds of speech
_HOME: Final = "JISX0402"  # the table of municipalities, of which groups have the first digits
_MUNICIPALITY: Final = re.compile("[0-9]{2}(?!1[0-9]0)[0-9]{3}")  # none of those whose wards alone are placed
_DIGITS: Final = 5  # without the check digit
FORECAST: Final = "予報"
SENDABLE: Final = frozenset({Status.ACTUAL, Status.EXERCISE, Status.TEST})
_SPOKEN_MARKS: Final[dict[Status, str]] = {Status.EXERCISE: "これは、訓練です。", Status.TEST: "これは、試験です。"}


class Chime(StrEnum):
    """What sounds before and after the words."""

    UP_4 = "up-4"  # 上り4音チャイム before, 下り4音 after
    EARTHQUAKE = "eew"  # 緊急地震速報チャイム before
    NONE = "none"  # the siren takes its place


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """The message to the stations, JSON.

    ``zones`` are the groups that are called; ``repeat`` how often ``text_voice`` is read, ``gap_ms`` the pause between.
    A station that gets it after ``expires`` stays silent.
    """

    delivery_id: str
    alert: str
    seq: int
    chain: str
    status: Status
    level: int
    event: str
    text_display: str
    text_voice: str
    chime: Chime
    siren: Siren | None
    repeat: int
    gap_ms: int
    zones: tuple[str, ...]
    expires: datetime


class CallError(ValueError):
    """The alert cannot be called out; the message says why."""


def call_of(
    delivery: Delivery,
    accepted: AlertAccepted,
    contact: Contact,
    settings: Settings,
    readings: Mapping[str, str],
    *,
    is_over: bool = False,
) -> Call:
    """Return the call; ``readings`` are kana of place names, ``is_over`` tells that the alert says nothing any more of
    what the subscription asked for. Raises CallError.
    """
    if accepted.alert.msg_type is not MsgType.CANCEL and _is_over(accepted, contact, is_over=is_over):
        return _end_of(delivery, accepted.alert, contact, settings, readings)
    accepted, is_here = in_town(accepted, contact)
    alert = accepted.alert
    said = said_by(alert)
    siren = siren_of(alert, said[0], settings.level_sirens, in_drills=settings.siren_in_drills) if is_here else None
    stock = stock_text(said[0])
    return Call(
        delivery_id=delivery.id,
        alert=alert.identifier,
        seq=delivery.alert_seq,
        chain=delivery.chain,
        status=alert.status,
        level=0 if said[0].lifts or said[0].cancels else said[0].level,
        event=said[0].event,
        text_display=display_text(alert, said),
        text_voice=voice_text(alert, said, contact.callsign, readings),
        chime=Chime.EARTHQUAKE if stock else Chime.UP_4 if siren is None else Chime.NONE,
        siren=siren,
        repeat=max(settings.repeat, REPEATS) if stock or _starts_by_itself(alert) else settings.repeat,
        gap_ms=settings.gap_ms,
        zones=groups_of(accepted, contact),
        expires=delivery.deadline,
    )


def _is_over(accepted: AlertAccepted, contact: Contact, *, is_over: bool) -> bool:
    """Tell whether nothing is said of the town any more, be it that it is named as one where nothing holds."""
    named = zip(accepted.alert.infos, codes_of(accepted), strict=False)
    infos = [info for info, codes in named if contact.town in codes]
    return all(map(says_nothing, infos)) and (is_over or bool(infos))


def codes_of(accepted: AlertAccepted) -> tuple[tuple[str, ...], ...]:
    """Return the municipalities of each info, with those to whom another way had said it before: it holds there too."""
    repeated = accepted.repeated or ((),) * len(accepted.areas)
    return tuple((*news, *said) for news, said in zip(accepted.areas, repeated, strict=True))


def _end_of(
    delivery: Delivery, alert: Alert, contact: Contact, settings: Settings, readings: Mapping[str, str]
) -> Call:
    """Return the call to every station of a town that the newest message of a chain is about no more: what holds
    elsewhere now is not its own to say.
    """
    _check_sendable(alert)
    return Call(
        delivery_id=delivery.id,
        alert=alert.identifier,
        seq=delivery.alert_seq,
        chain=delivery.chain,
        status=alert.status,
        level=0,
        event=no_longer.TITLE,
        text_display=marked(f"{no_longer.TITLE}\n{no_longer.SENTENCE}", alert.status),
        text_voice=_spoken(sentences(no_longer.SENTENCE), alert.status, contact.callsign, readings),
        chime=Chime.UP_4,
        siren=None,
        repeat=settings.repeat,
        gap_ms=settings.gap_ms,
        zones=(contact.groups[ALL],),
        expires=delivery.deadline,
    )


def in_town(accepted: AlertAccepted, contact: Contact) -> tuple[AlertAccepted, bool]:
    """Return the alert with what it says of the town alone: a 大津波警報 elsewhere sounds no siren where there is none.
    Where nothing in it is placed there (it ended, it could not be placed, the town is no municipality's code), all of
    it; false where what is new in it is known to hold elsewhere, which sounds no siren.
    """
    infos, areas = accepted.alert.infos, codes_of(accepted)
    here = [
        number
        for number, codes in enumerate(areas[: len(infos)])
        if contact.town in codes and not says_nothing(infos[number])
    ]
    if not any(is_japanese(infos[number]) for number in here):
        elsewhere = {code for codes in areas for code in codes}
        return accepted, not (elsewhere and _MUNICIPALITY.fullmatch(contact.town) and not accepted.unplaced)
    alert = msgspec.structs.replace(accepted.alert, infos=tuple(infos[number] for number in here))
    own = tuple(areas[number] for number in here)
    is_new = any(contact.town in accepted.areas[number] for number in here)
    return msgspec.structs.replace(accepted, alert=alert, areas=own, repeated=()), is_new


def stock_text(gist: Gist) -> str:
    """Return the words of a kind whose words are fixed (緊急地震速報), for which there is no time to name places; a
    forecast (予報) comes for any shaking, dozens of times, and is no 大地震.
    """
    if gist.cancels or gist.lifts or FORECAST in gist.event:
        return ""
    return next((kind.text for kind in KINDS if kind.text and gist.event.startswith(kind.name)), "")


def _starts_by_itself(alert: Alert) -> bool:
    return any(info.parameter(STARTS) for info in alert.infos)


def said_by(alert: Alert) -> tuple[Gist, ...]:
    """Return what is to be said; raises CallError where nothing is."""
    _check_sendable(alert)
    said = gists(alert)
    if not said:
        raise CallError("the alert says nothing in Japanese, and stations speak Japanese")
    return said


def _check_sendable(alert: Alert) -> None:
    if alert.status not in SENDABLE:
        raise CallError(f"an alert with status {alert.status} is never called out")


def groups_of(accepted: AlertAccepted, contact: Contact) -> tuple[str, ...]:
    """Return the groups to call, never fewer than the alert concerns: an area without a group calls the whole town, and
    so does one that could not be placed.

    Areas are those of the Japanese infos, whose names the groups have; twins in other languages name the same places.
    """
    found: dict[str, None] = {}
    nowhere = {part.area_desc for part in accepted.unplaced}
    infos = accepted.alert.infos
    for number, info in enumerate(infos):
        if not is_japanese(info):
            continue
        codes = accepted.areas[number] if number < len(accepted.areas) else ()
        for area in info.areas:
            found |= dict.fromkeys(
                _groups_named(area, contact)
                or (() if area.area_desc in nowhere else _groups_among(codes, contact))
                or (contact.groups[ALL],)
            )
    everyone = contact.groups[ALL]
    return (everyone,) if everyone in found or not found else tuple(found)


def _groups_named(area: Area, contact: Contact) -> tuple[str, ...]:
    """Return the group that has the area's own name or code, else those of the municipalities that it names."""
    names = (area.area_desc.strip(), *(code.value for code in area.geocodes))
    own = next((contact.groups[name] for name in names if name in contact.groups), None)
    if own is not None:
        return (own,)
    return _groups_among([code.value[:_DIGITS] for code in area.geocodes if code.value_name == _HOME], contact)


def _groups_among(codes: Sequence[str], contact: Contact) -> tuple[str, ...]:
    """Return the groups of municipalities; a town's stations need none for towns that are not theirs."""
    return tuple(contact.groups[code] for code in codes if code in contact.groups)


def display_text(alert: Alert, said: tuple[Gist, ...]) -> str:
    """Return the text for a station's panel or an indoor receiver, mark first."""
    lines = [_correction(said), *(statement(gist, _areas(gist)) for gist in said)]
    lines += [action(said[0]), advice(said[0])]
    return marked("\n".join(line for line in lines if line), alert.status)


def voice_text(alert: Alert, said: tuple[Gist, ...], callsign: str, readings: Mapping[str, str]) -> str:
    """Return the text to be read aloud, a sentence a line; the sender's own (``jp:voice``) where there is one."""
    own = next((text for info in alert.infos if (text := info.parameter(VOICE))), None)
    call = f"こちらは、{callsign}です。"
    mark = _SPOKEN_MARKS.get(alert.status, "")
    if stock := stock_text(said[0]):
        return "\n".join(line for line in (mark, *sentences(stock), mark, call) if line)
    if own is not None and not said[0].cancels:
        words = sentences(own.removeprefix(MARKS[alert.status]))
    else:
        words = [_correction(said), *(statement(gist, _areas(gist)) for gist in said)]
        words += [action(said[0]), *map(closed, sentences(advice(said[0])))]
    return _spoken(words, alert.status, callsign, readings)


def _spoken(words: Sequence[str], status: Status, callsign: str, readings: Mapping[str, str]) -> str:
    """Put the words between two callsigns; in a drill that is said before and after them too."""
    mark, call = _SPOKEN_MARKS.get(status, ""), f"こちらは、{callsign}です。"
    lines = [mark, call, *words, mark, call]
    return _read_as("\n".join(line for line in lines if line), readings)


def _correction(said: Sequence[Gist]) -> str:
    return CORRECTION if said[0].corrects and not said[0].cancels else ""


def _areas(gist: Gist) -> str:
    """Name the areas as far as one can listen; the number of the others is said."""
    return area_list(gist.areas, lambda text: len(text) <= AREAS_SPOKEN_MAX) or ""


def _read_as(text: str, readings: Mapping[str, str]) -> str:
    """Put kana in the place of names, longer names first, so that 真備町川辺 is not read by its first half."""
    for name in sorted((name for name in readings if name and name in text), key=lambda name: (-len(name), name)):
        text = text.replace(name, readings[name])
    return text
