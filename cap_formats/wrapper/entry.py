"""The entries of a feed: an alert stands in one, or it only says where the alert lies. Atom and RSS share this."""

from collections.abc import Iterable, Sequence

from cap_formats.part import Bad, Part
from cap_formats.problem import MessageRuleError
from cap_formats.wrapper.embedded import Opener, bounded, check_size, document_of
from cap_formats.xml import XmlElement, line_of, path_of


def parts_of(
    feed: XmlElement, entries: Sequence[tuple[XmlElement, Iterable[XmlElement], str | None]], open_: Opener
) -> tuple[Part, ...]:
    """Open every entry: the entry, the elements in it that may be alerts, and the link that it gives.

    An entry without an alert is a Bad part beside those that have one. Raises MessageRuleError ``feed-empty`` and
    ``feed-without-alerts``, MessageSyntaxError ``wrapper-too-large``.
    """
    if not entries:
        sentence = "The feed has no entries, so there is no alert in it."
        raise MessageRuleError("feed-empty", sentence, line=line_of(feed), path=path_of(feed))
    check_size(feed, len(entries))
    parts: list[Part] = []
    is_open = False
    for entry, candidates, link in entries:
        found = bounded((part for one in candidates for part in open_(one, None) or ()), feed, len(parts))
        is_open = is_open or bool(found)
        parts += found or (_without(entry, link),)
    if not is_open:
        links = [link for _, _, link in entries if link]
        raise MessageRuleError(
            "feed-without-alerts",
            f"None of the {len(entries)} entries of the feed carries its alert inside itself. {_advice(links)}",
            line=line_of(feed),
            path=path_of(feed),
        )
    return tuple(parts)


def _without(entry: XmlElement, link: str | None) -> Part:
    sentence = f"This entry does not carry its alert inside itself. {_advice([link] if link else [])}"
    error = MessageRuleError("entry-without-alert", sentence, line=line_of(entry), path=path_of(entry))
    return Bad(document_of(entry), error)


def _advice(links: list[str]) -> str:
    if not links:
        return "It gives no link to one either."
    return f"Fetch what its link leads to and send that: {links[0][:300]}"
