"""The words of a Cancel: its body is that of before, so its Infos must say themselves that it no longer holds."""

from typing import Final

import msgspec

from cap_formats.alert import Info

MARK: Final = "【取消】"
_HEADLINE: Final = "先の発表を取り消します。"  # of a Cancel without one


def taken_back(info: Info, reason: str) -> Info:
    """Return the Info with words that say that it is taken back, and why."""
    bare = as_said(info, reason)
    sentence = _sentence(reason)
    return msgspec.structs.replace(
        bare,
        headline=MARK + (bare.headline or _HEADLINE),
        description=sentence if bare.description is None else f"{sentence}\n{bare.description}",
    )


def as_said(info: Info, reason: str) -> Info:
    """Return the Info as it was before ``taken_back``."""
    sentence = _sentence(reason)
    headline, description = info.headline, info.description
    while headline is not None and headline.startswith(MARK):
        headline = headline.removeprefix(MARK).lstrip() or None
    if headline == _HEADLINE:
        headline = None
    while description is not None and (description == sentence or description.startswith(f"{sentence}\n")):
        description = description[len(sentence) + 1 :] or None
    return msgspec.structs.replace(info, headline=headline, description=description)


def _sentence(reason: str) -> str:
    return f"この発表は取り消されました。{reason}"
