"""From when to when, as one reads it in Japan, in Japanese and English; the one place where hours are written in words.

Midnight at an end is 24 o'clock of the day before, as 気象庁 writes it.
"""

from datetime import datetime, timedelta, timezone
from typing import Final

JST: Final = timezone(timedelta(hours=9), "JST")


def hours(start: datetime, end: datetime, language: str, now: datetime | None = None) -> str:
    """Say from when to when: 17日21時〜24時; 21:00–24:00 on 17 May. What has begun by ``now`` goes from now on."""
    start, end = start.astimezone(JST), end.astimezone(JST)
    if now is not None and start <= now:
        return f"now–{moment(end, language)}" if language == "en" else f"いま〜{moment(end, language)}"
    is_one_day = _day_of_end(end).date() == start.date()
    if language == "en":
        first = _clock(start, 0, language) if is_one_day else moment(start, language, is_end=False)
        return f"{first}–{moment(end, language)}"
    last = _clock(end, 24, language) if is_one_day else moment(end, language)
    return f"{moment(start, language, is_end=False)}〜{last}"


def moment(at: datetime, language: str, *, is_end: bool = True) -> str:
    """Say when: 17日24時; 24:00 on 17 May."""
    at = at.astimezone(JST)
    day = _day_of_end(at) if is_end else at
    clock = _clock(at, 24 if is_end else 0, language)
    return f"{clock} on {day:%-d %B}" if language == "en" else f"{day.day}日{clock}"


def _day_of_end(end: datetime) -> datetime:
    return end - timedelta(seconds=1)


def _clock(at: datetime, midnight: int, language: str) -> str:
    hour = at.hour or (0 if at.minute else midnight)
    if language == "en":
        return f"{hour:02}:{at.minute:02}"
    return f"{hour}時{at.minute}分" if at.minute else f"{hour}時"
