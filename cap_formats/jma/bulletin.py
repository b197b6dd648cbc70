"""Everything that is told and not warned of: headline, text and areas, whatever its body looks like.

This is also what becomes of a telegram of a kind that nobody has told us of: it is passed on as it is, never refused.
The Head says for whom a bulletin is. Areas that only the body names (where the rain was measured, the parts of the
prefecture in a table) stand in a second Info, or a placement that prefers the finest area would narrow it to them.
"""

import re
from collections.abc import Sequence
from typing import Final

from cap_formats import parameter
from cap_formats.alert import Area, Certainty, Info, NamedValue, ResponseType
from cap_formats.jma import grade as grades
from cap_formats.jma.element import HEAD, text
from cap_formats.jma.grade import Grade
from cap_formats.jma.measure import told_of
from cap_formats.jma.telegram import Telegram
from cap_formats.jma.timeline import summary, timelines

_CONDITION: Final = HEAD + "Condition"
_NAME: Final = HEAD + "Name"
TAG: Final = "情報タグ"
FLASH: Final = "気象防災速報"  # in the title after the name of the area: 美幌地方気象防災速報（記録的短時間大雨）
_OBSERVED_DANGER: Final = grades.LEVEL_4._replace(certainty=Certainty.OBSERVED)
_TAGS: Final = {
    "線状降水帯発生": _OBSERVED_DANGER,
    "線状降水帯直前": grades.LEVEL_4,
    "記録雨": _OBSERVED_DANGER,
    "短時間大雪": grades.WARNING._replace(certainty=Certainty.OBSERVED),
}
"""情報タグ of 気象防災速報 (VPBS50) that mean danger now; others take the grade of the kind."""
_TSUNAMI: Final = "津波"
_TAKEN_BACK: Final = re.compile(r"先ほどの、([^、。\n]{1,60})を取り消します")
_HEAT: Final = re.compile(r"(.*?)熱中症(特別)?警戒")


def read(telegram: Telegram) -> list[Info]:
    """Make one Info for whom the Head names, one more for what the body adds; of no codes, one with the names."""
    envelope = telegram.envelope
    return _bulletin(telegram, envelope.title or envelope.info_kind, telegram.grade, _tags(telegram))


def read_flash(telegram: Telegram) -> list[Info]:
    """Read VPBS50: its tag says what is happening, and how grave it is."""
    tags = _tags(telegram)
    grade = grades.worst([_TAGS[tag] for tag in tags if tag in _TAGS] or [telegram.grade])
    title = telegram.envelope.head_title
    told, lines = told_of(telegram.body)
    return _bulletin(telegram, title[max(title.find(FLASH), 0) :], grade, tags, told, lines)


def read_tide(telegram: Telegram) -> list[Info]:
    """Read VMCJ53 to VMCJ55, which tell times and heights of the tides beside their text."""
    told, lines = told_of(telegram.body)
    return _bulletin(telegram, telegram.envelope.title, telegram.grade, _tags(telegram), told, lines)


def read_timeline(telegram: Telegram) -> list[Info]:
    """Read VPWP50, which tells of each municipality how great the dangers become, and when."""
    found = list(timelines(telegram.body))
    told = [value for timeline in found for value in timeline.parameters()]
    return _bulletin(telegram, telegram.envelope.title, telegram.grade, _tags(telegram), told, [summary(found)])


def read_heat(telegram: Telegram) -> list[Info]:
    """Read VPFT50, which names its prefecture in the title alone; 特別警戒 is the graver of the two."""
    match = _HEAT.match(telegram.envelope.head_title)
    where = [Area(area_desc=match.group(1))] if match and match.group(1) else []
    grade = grades.SPECIAL._replace(urgency=telegram.grade.urgency) if match and match.group(2) else telegram.grade
    return [telegram.info(telegram.envelope.title, grade, telegram.areas.names, unlisted=where)]


def read_cancel(telegram: Telegram) -> list[Info]:
    """Make the one Info of a 取消, graded as what it takes back; its Body/Text says what that was, which of tsunami
    telegrams the title (津波警報・注意報・予報a) does not.
    """
    envelope = telegram.envelope
    grade = Grade(*telegram.grade[:3], (ResponseType.ALL_CLEAR,))
    named = _TAKEN_BACK.match(telegram.description or "") if envelope.title.startswith(_TSUNAMI) else None
    event = named[1] if named else envelope.title or envelope.info_kind
    return [telegram.info(event, grade, telegram.areas.names)]


def _bulletin(
    telegram: Telegram,
    event: str,
    grade: Grade,
    tags: list[str],
    measured: Sequence[NamedValue] = (),
    lines: Sequence[str] = (),
) -> list[Info]:
    areas = telegram.areas
    keys = list(areas.names)
    named = areas.in_head
    parts = [part for part in (keys[:named], keys[named:]) if part] or [[]]
    unlisted = [] if areas.names else [Area(area_desc=name) for name in dict.fromkeys(areas.uncoded)]
    told = [*[NamedValue(parameter.CONDITION, tag) for tag in tags], *measured]
    described = "\n\n".join(filter(None, (telegram.description, "\n".join(lines)))) if lines else None
    return [
        telegram.info(event, grade, part, parameters=told, unlisted=unlisted, description=described) for part in parts
    ]


def _tags(telegram: Telegram) -> list[str]:
    """Return the words of the 情報タグ in the Head, which stand in one Condition with spaces between."""
    tags: list[str] = []
    for table in telegram.envelope.tables:
        for told in table.iter(_CONDITION):
            if text(told.getparent(), _NAME) == TAG:
                tags += (told.text or "").split()
    return list(dict.fromkeys(tags))
