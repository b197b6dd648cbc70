"""Everything that is told and not warned of: headline, text and areas, whatever its body looks like.

This is also what becomes of a telegram of a kind that nobody has told us of: it is passed on as it is, never refused.
"""

from cap_formats.alert import Area, Info, ResponseType
from cap_formats.jma import grade as grades
from cap_formats.jma.telegram import Telegram


def read(telegram: Telegram) -> list[Info]:
    """Make one Info of all areas; where none has a code, of their names."""
    areas = telegram.areas
    unlisted = [Area(area_desc=name) for name in areas.uncoded] if not areas.names else []
    envelope = telegram.envelope
    return [telegram.info(envelope.title or envelope.info_kind, telegram.grade, areas.names, unlisted=unlisted)]


def read_cancel(telegram: Telegram) -> list[Info]:
    """Make the one Info of a 取消, graded as what it takes back; its Body/Text says what that was."""
    envelope = telegram.envelope
    grade = grades.Grade(*telegram.grade[:3], (ResponseType.ALL_CLEAR,))
    return [telegram.info(envelope.title or envelope.info_kind, grade, telegram.areas.names)]
