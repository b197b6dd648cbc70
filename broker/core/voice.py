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
    """Tell in whose name the alert speaks, as its parameter jp:onBehalfOf and its sender say, and what the key is to
    it. Of several names, be they in several infos, the one counts that the key may not use; in the place of two at once
    it may speak of what is both. Raises what ``leaves`` raises for a code that is unknown.

    A key names its own municipalities one by one; one for a prefecture is not therefore each of its cities. A key for
    the whole country is a relay, which carries what others said, in whose place whoever it was. A key to which the
    sender was given is that sender.
    """
    codes = spoken_for(alert)
    signed = _SENDER.fullmatch(alert.sender)
    if signed is not None and holder.areas and alert.sender not in holder.senders:
        codes = (*codes, signed[1])
    if not codes:
        return ITSELF
    own, proxied = own_leaves(holder, leaves), _within(holder.proxy_for, leaves)
    voices = [
        Voice(
            code=code[:CODE],
            is_own=(speaks_for := leaves(code)) <= own,
            may_proxy=not holder.areas or speaks_for <= proxied,
            leaves=speaks_for,
        )
        for code in dict.fromkeys(codes)
    ]
    others = [voice for voice in voices if not voice.is_own]
    if not others:
        return voices[0]
    common = others[0].leaves.intersection(*(voice.leaves for voice in others))
    return next((voice for voice in others if not voice.may_proxy), msgspec.structs.replace(others[0], leaves=common))


def spoken_for(alert: Alert) -> tuple[str, ...]:
    """Return the codes of the municipalities in whose place a message says that it is said, each once.

    In L-Alert the publishing office is in whose name it is said, and the editorial office who wrote it.
    """
    found: list[str] = []
    for info in alert.infos:
        found += [p.value for p in info.parameters if p.value_name == parameter.ON_BEHALF_OF and p.value]
        editor, office = (info.parameter(name) or "" for name in _L_ALERT)
        if editor[:CODE] != office[:CODE] and editor and _OFFICE.fullmatch(office):
            found.append(office)
    return tuple(dict.fromkeys(found))


def spoken_by(alert: Alert) -> str | None:
    """Return the name of who wrote a message in another's place, as it says itself; None where it does not say."""
    return next((by for info in alert.infos if (by := info.parameter(parameter.ISSUED_BY))), alert.source)


def own_leaves(holder: Holder, leaves: Leaves) -> frozenset[str]:
    """Return the municipalities that a key is itself: those that it names one by one, not those of its prefectures."""
    return _within(tuple(code for code in holder.areas if len(code) >= _MUNICIPALITY), leaves)


def _within(codes: tuple[str, ...], leaves: Leaves) -> frozenset[str]:
    return frozenset[str]().union(*(leaves(code) for code in codes))
