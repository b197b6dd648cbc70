"""Headlines that are for all areas of a message, where something else may hold: said to one place, they would tell it
what holds at another (兵庫県では暴風に警戒, of one city's advisory; 大津波警報, of a coast that has none).
"""

from collections import defaultdict
from collections.abc import Sequence

import msgspec

from broker.core.holding import says_nothing
from cap_formats.alert import Info


def with_own_headlines(infos: Sequence[Info]) -> tuple[Info, ...]:
    """Return the infos of one whole message, without the headlines that several kinds of them share; that nothing holds
    somewhere is no kind.
    """
    kinds: defaultdict[tuple[str, str | None], set[tuple[object, ...]]] = defaultdict(set)
    for info in infos:
        if not says_nothing(info):
            kinds[info.language, info.headline].add((info.event, info.severity, info.urgency, info.response_type))
    return tuple(
        msgspec.structs.replace(info, headline=None) if len(kinds[info.language, info.headline]) > 1 else info
        for info in infos
    )
