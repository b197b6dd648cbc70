"""One telegram of 気象庁防災情報XML becomes one Alert.

Source: jmx.xsd, jmx_ib.xsd and the body schemas of 気象庁防災情報XML; FORMATS 3 and 4.3. ``sent`` is
Head/ReportDateTime, the official time of announcement that the public knows and that carries Japan's offset;
Control/DateTime, the time of sending, is in the identifier and orders the series. JMA names no earlier telegram, so
``references`` stays empty and ``chain`` links the series.
"""

from copy import deepcopy
from datetime import datetime
from typing import Final

from cap_formats import parameter
from cap_formats.alert import Alert, Info, MsgType, Scope, digest_of
from cap_formats.jma import bulletin
from cap_formats.jma import grade as grades
from cap_formats.jma.envelope import JST, Envelope, read_envelope, refuse_drill
from cap_formats.jma.family import BULLETIN, NEWS, family_of
from cap_formats.jma.series import CANCEL, chain_of, identifier_of, place_of
from cap_formats.jma.telegram import CORRECTED, Telegram
from cap_formats.problem import MessageHeldError
from cap_formats.xml import XmlElement

SENDER: Final = "jma.go.jp"
SOURCE_FORMAT: Final = "jma"
ISSUED: Final = "発表"
TEST: Final = "試験"
NEW_STATUSES: Final = frozenset({"", ISSUED, "なし", "発表警報・注意報はなし"})
"""Kind/Status of what was not there before; any other says that an earlier state is replaced."""
TRANSITION: Final = datetime(2026, 5, 28, 13, tzinfo=JST)
"""From here on the transitional telegrams repeat newer ones (FORMATS 3.5)."""


def decode_jma(root: XmlElement, raw: bytes) -> Alert:
    """Turn a telegram, already read by ``cap_formats.xml.read_xml``, into an Alert.

    Raises MessageSyntaxError, MessageRuleError or MessageHeldError as ``read_envelope`` and ``refuse_drill`` say, the
    last with the alert as it was understood; no body, however unknown or broken, is an error: what cannot be understood
    is a bulletin.
    """
    try:
        envelope = read_envelope(root)
    except MessageHeldError as held:
        held.alert = _alert(read_envelope(_as_test(root)), raw)[0]
        raise
    alert, description = _alert(envelope, raw)
    try:
        refuse_drill(envelope, description)
    except MessageHeldError as held:
        held.alert = alert
        raise
    return alert


def _as_test(root: XmlElement) -> XmlElement:
    """Return the telegram of unknown status as a test: what it says can be read all the same."""
    copied = deepcopy(root)
    for element in copied.iterfind("{*}Control/{*}Status"):
        element.text = TEST
    return copied


def _alert(envelope: Envelope, raw: bytes) -> tuple[Alert, str]:
    """Return the alert, and the free text of the telegram."""
    family = family_of(envelope.title)
    transitional = family.transitional and envelope.reported >= TRANSITION
    telegram = Telegram(envelope, family.category, family.grade, transitional=transitional, digest=family.digest)
    cancelled = envelope.info_type == CANCEL
    infos = _complete(telegram, (bulletin.read_cancel if cancelled else family.read)(telegram))
    digest = digest_of(raw)
    series = "" if family is BULLETIN or family in NEWS else family.series or family.code
    alert = Alert(
        identifier=identifier_of(envelope, family.code, digest),
        sender=SENDER,
        sent=envelope.reported,
        status=envelope.status,
        msg_type=_msg_type(envelope, infos),
        scope=Scope.PUBLIC,
        note=None if envelope.info_type in {ISSUED, CANCEL, ""} else envelope.info_type,
        incidents=envelope.event_ids,
        infos=tuple(infos),
        source_format=SOURCE_FORMAT,
        raw_digest=digest,
        chain=chain_of(envelope, series, telegram.areas),
        place=place_of(envelope, counted=family.counted),
    )
    return alert, telegram.description or ""


def _msg_type(envelope: Envelope, infos: list[Info]) -> MsgType:
    """Return Cancel for 取消, Update for 訂正 and for what replaces an earlier state, else Alert."""
    if envelope.info_type == CANCEL:
        return MsgType.CANCEL
    if envelope.info_type == CORRECTED or envelope.serial > 1:
        return MsgType.UPDATE
    for info in infos:
        for told in info.parameters:
            if told.value_name == parameter.KIND_STATUS and told.value not in NEW_STATUSES:
                return MsgType.UPDATE
    return MsgType.ALERT


def _complete(telegram: Telegram, infos: list[Info]) -> list[Info]:
    """Add what no Info holds: areas that are named outside the tables must not be lost."""
    names, told = telegram.areas.names, telegram.areas.told
    if len(told) == len(names):
        return infos
    rest = [key for key in names if key not in told]
    return [*infos, telegram.info(telegram.envelope.title, grades.BULLETIN, rest)]
