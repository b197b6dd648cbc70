"""The words of an evacuation order (発令区分), of before and after 2021, and what each is in CAP.

Source: FORMATS 1.5, 1.9, 4.3. What no public source confirms: which words a document of version 1.3 may carry for the
levels since 2021-05-20. Its four are 避難準備, 避難勧告, 避難指示 and 警戒区域; 緊急安全確保 is known to be refused by
the V1 centre, and the words of V2 are not public. All are read; what is written is the order's own word, since to write
an older or a lower one would tell people something else.
"""

from typing import Final, NamedTuple

from cap_formats.alert import Certainty, ResponseType, Severity, Urgency
from cap_formats.jma.grade import LEVEL_3, LEVEL_4, LEVEL_5, Grade
from cap_formats.lalert.element import plain

RESTRICTED: Final = Grade(
    Urgency.IMMEDIATE, Severity.SEVERE, Certainty.LIKELY, (ResponseType.AVOID, ResponseType.EVACUATE)
)
"""警戒区域 (災害対策基本法 63): who stays inside breaks the law; it is no 警戒レベル."""


class Sort(NamedTuple):
    """One word: its 警戒レベル (0 for none), its place in the order of Details (highest first), and its grade."""

    word: str
    level: int
    rank: int
    grade: Grade


SORTS: Final = (
    Sort("緊急安全確保", 5, 6, LEVEL_5),
    Sort("災害発生情報", 5, 6, LEVEL_5),  # 2019-2021
    Sort("警戒区域", 0, 5, RESTRICTED),
    Sort("避難指示", 4, 4, LEVEL_4),
    Sort("避難指示(緊急)", 4, 4, LEVEL_4),  # 2017-2021
    Sort("避難勧告", 4, 3, LEVEL_4),  # until 2021
    Sort("高齢者等避難", 3, 2, LEVEL_3),
    Sort("避難準備・高齢者等避難開始", 3, 2, LEVEL_3),  # 2017-2021
    Sort("避難準備", 3, 2, LEVEL_3),  # until 2017
    Sort("避難準備情報", 3, 2, LEVEL_3),
)

_BY_WORD: Final = {plain(sort.word): sort for sort in SORTS}


def sort_of(word: str) -> Sort | None:
    """Return the row of a word, whatever the width of its letters; None for a word that is not in the table."""
    return _BY_WORD.get(plain(word))
