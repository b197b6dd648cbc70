"""The part of an instruction that speaks of one kind: a tsunami telegram tells every coast what to do in one text.

Its text is worst first, a heading 「＜大津波警報＞」 before what each kind has to do and an empty line after it
(VTSE41, Comments/WarningComment). What stands before the first heading is said to those of the first kind; what
follows the last part is about the text itself.
"""

import re
from typing import Final

_HEADING: Final = re.compile(r"^[ 　]*＜(?P<kind>[^＜＞\n]*)＞[ 　]*$", re.MULTILINE)
_KIND: Final = re.compile("津波(?:警報|注意報|予報)")
_GAP: Final = re.compile(r"\n[ 　]*\n")


def own_section(text: str, event: str) -> str:
    """Return what a text says to those for whom ``event`` holds: all of it where it has no headings or the event is no
    kind of tsunami (a town's order that quotes a warning), and nothing where its headings name other kinds alone.
    """
    headings = [found for found in _HEADING.finditer(text) if _KIND.search(found["kind"])]
    if not headings or not _KIND.search(event):
        return text
    own = next((number for number, found in enumerate(headings) if found["kind"] == event), None)
    if own is None:
        return ""
    before = text[: headings[0].start()] if own == 0 else ""
    body = _GAP.split(text[headings[own].end() :].lstrip("\n"), maxsplit=1)[0]
    return f"{before.strip()}\n{body.strip()}".strip()
