"""Names of the info/parameter values that Noroshi's own codecs write (our Japanese CAP profile, FORMATS 4.3).

No CAP profile of Japan has been published; these names are ours, in one table.
"""

from typing import Final

LEVEL: Final = "jp:level"  # 警戒レベル 1-5, of orders and of JMA's level-numbered warnings
TRAINING: Final = "jp:training"  # "true" on every drill, beside alert/status
TELEGRAM: Final = "jma:title"  # Control/Title of the telegram
INFO_KIND: Final = "jma:infoKind"  # Head/InfoKind
KIND_STATUS: Final = "jma:kindStatus"  # Kind/Status: 発表, 継続, 解除, 警報から注意報 ...
HAZARD: Final = "jp:hazard"  # of a municipal order: 土砂災害, 洪水, 高潮, 津波, 地震, 火山, 火災, その他
VOICE: Final = "jp:voice"  # the text as it is to be read aloud, with kana where a reader could stumble
