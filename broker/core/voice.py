"""In whose name a message speaks, and whether its issuer is that municipality, or says it in its place (代行)."""

import re
from collections.abc import Callable
from typing import Final

import msgspec

from broker.core.holder import Holder
from cap_formats import parameter
from cap_formats.alert import Alert

Leaves = Callable[[str], frozenset[str]]  # a code of any level -> the 5-digit codes below it
_SENDER: Final = re.compile(r"jisx0402\.([0-9]{5,6})")  # how a municipality signs its own orders (receivers.console)
_OFFICE: Final = re.compile(r"[0-9]{2}(?!000)[0-9]{4}")  # 全国地方公共団体コード of a municipality, not a prefecture
_MUNICIPALITY: Final = 5  # digits at least of a municipality's code; a prefecture's has two
_L_ALERT: Final = (parameter.LALERT_EDITOR_CODE, parameter.LALERT_OFFICE_CODE)
CODE: Final = 5  # digits without the check digit


class Voice(msgspec.Struct, frozen=True, kw_only=True):
    """``code`` is the municipality that speaks, 5 digits, None where the message speaks for itself. ``is_own``: its
    issuer's key is that municipality's. ``may_proxy``: the key may issue in its place. ``leaves``: its municipality or
    wards.
    """

    code: str | None = None
    is_own: bool = True
    may_proxy: bool = False
    leaves: frozenset[str] = frozenset()


ITSELF: Final = Voice()


def voice_of(alert: Alert, holder: Holder, leaves: Leaves) -> Voice:
    """Tell in whose name the alert speaks, as its parameter jp:onBehalfOf or its sender says, and what the key is to
    it. Raises what ``leaves`` raises for a code that is unknown.

    A key names its own municipalities one by one; one for a prefecture is not therefore each of its cities. A key for
    the whole country is a relay, which carries what others said, in whose place whoever it was. A key to which the
    sender was given is that sender.
    """
    said = spoken_for(alert)
    signed = _SENDER.fullmatch(alert.sender)
    if said is None and (signed is None or not holder.areas or alert.sender in holder.senders):
        return ITSELF
    code = said if said is not None else signed[1] if signed else ""
    own = own_leaves(holder, leaves)
    speaks_for = leaves(code)
    return Voice(
        code=code[:CODE],
        is_own=speaks_for <= own,
        may_proxy=not holder.areas or speaks_for <= _within(holder.proxy_for, leaves),
        leaves=speaks_for,
    )


def spoken_for(alert: Alert) -> str | None:
    """Return the code of the municipality in whose place a message says that it is said, None where it says none.

    In L-Alert the publishing office is in whose name it is said, and the editorial office who wrote it.
    """
    for info in alert.infos:
        if code := info.parameter(parameter.ON_BEHALF_OF):
            return code
        editor, office = (info.parameter(name) or "" for name in _L_ALERT)
        if editor[:CODE] != office[:CODE] and editor and _OFFICE.fullmatch(office):
            return office
    return None


def spoken_by(alert: Alert) -> str | None:
    """Return the name of who wrote a message in another's place, as it says itself; None where it does not say."""
    return next((by for info in alert.infos if (by := info.parameter(parameter.ISSUED_BY))), alert.source)


def own_leaves(holder: Holder, leaves: Leaves) -> frozenset[str]:
    """Return the municipalities that a key is itself: those that it names one by one, not those of its prefectures."""
    return _within(tuple(code for code in holder.areas if len(code) >= _MUNICIPALITY), leaves)


def _within(codes: tuple[str, ...], leaves: Leaves) -> frozenset[str]:
    return frozenset[str]().union(*(leaves(code) for code in codes))
