"""DCX (MT44, IS-QZSS-DCX-004) -> Alert: L-Alert, J-Alert and local governments by satellite, without any network.

A DCX message has no time of issue and no name. It is sent when it was received first, and called by its payload and the
week of its onset (else of its reception), because the same payload a week later is another message.

Series: L-Alert by country, provider, hazard and target area, local governments likewise; J-Alert by the first three.
But where J-Alert names municipalities, of which one message has room for four, the list belongs to the series as well,
or the second message would replace the first.
"""

from datetime import datetime, timedelta
from typing import Final

from azarashi.reports import dcx
from msgspec.structs import replace

from cap_formats import parameter
from cap_formats.alert import (
    Alert,
    Area,
    Certainty,
    Info,
    MsgType,
    NamedValue,
    ResponseType,
    Scope,
    Severity,
    Status,
    Urgency,
)
from cap_formats.drill import marked_alert
from cap_formats.problem import MessageHeldError, MessageRuleError
from cap_formats.qzss import hazard as hazards
from cap_formats.qzss.area import NamedArea, areas_of, second_ellipse
from cap_formats.qzss.hazard import Hazard, hazard_of
from cap_formats.qzss.instruction import Instruction, instruction_of
from cap_formats.qzss.message import Message

SOURCE_FORMAT: Final = "QZSS DCX"
TEST, ALERT, UPDATE, ALL_CLEAR = range(4)  # A1
EVACUATION: Final = "qzss:evacuationEllipse"  # EX2-EX7: "leave" or "head" and a polygon in CAP text

PROVIDERS: Final = {
    dcx.LAlert: ("Lアラート（マルチメディア振興センター）", "L-Alert (Foundation for MultiMedia Communications)"),
    dcx.JAlert: ("Jアラート（消防庁）", "J-Alert (Fire and Disaster Management Agency)"),
    dcx.MTInfo: ("地方公共団体", "Local government"),
}
_MINISTRY: Final = 3  # A3: J-Alert's fields, another sender
_MINISTRIES: Final = ("関係省庁", "Related ministries")
_SEVERITIES: Final = (Severity.UNKNOWN, Severity.MODERATE, Severity.SEVERE, Severity.EXTREME)  # by A5
_RANKED: Final = tuple(Severity)
_HOURS: Final = {1: 6, 2: 12, 3: 24}  # A8: at most so long; 0 is not known
_NAMED_MAX: Final = 5  # areas named in a headline


def read_dcx(message: Message, index: int) -> Alert:
    """Turn a DCX message into an Alert; ``index`` orders those of one document, which were received at one time.

    Raises MessageRuleError ``qzss-null`` and ``qzss-foreign`` for what is no alert for Japan; MessageHeldError
    ``qzss-provider``, ``qzss-area-missing`` and ``status-contradiction`` (a test that calls itself the real thing).
    """
    report = message.report
    if isinstance(report, dcx.NullMsg):
        raise MessageRuleError("qzss-null", "The message is DCX's filler, sent where there is nothing to say.")
    if isinstance(report, dcx.OutsideJapan):
        sentence = f"The message is for {report.a2_country_region_name}; those for Japan are taken."
        raise MessageRuleError("qzss-foreign", sentence)
    if not isinstance(report, dcx.AlertBase):
        raise TypeError(report)
    if type(report) not in PROVIDERS:
        raise MessageHeldError(
            "qzss-provider", f"A3, the provider, is {report.camf.a3}; known are 1 to 4. A person must look."
        )
    return marked_alert(_Reading(message, report).alert(index))


class _Reading:
    """One message with all that is told of it more than once."""

    def __init__(self, message: Message, report: dcx.AlertBase) -> None:
        self.message = message
        self.report = report
        self.hazard: Hazard = hazard_of(report.camf.a4)
        self.instruction: Instruction = instruction_of(report)
        self.areas = areas_of(report)
        self.status = self._status()
        self.over = report.camf.a1 == ALL_CLEAR or ResponseType.ALL_CLEAR in self.instruction.response_type
        self.onset = report.a6a7_hazard_onset_datetime

    def alert(self, index: int) -> Alert:
        camf, received = self.report.camf, self.message.received_at
        week = (self.onset or received).isocalendar()
        if not self.areas and self.status is Status.ACTUAL:
            raise MessageHeldError(
                "qzss-area-missing", "The message names no target area; a person must say where it holds."
            )
        return Alert(
            identifier=f"dcx-{week.year}W{week.week:02d}-{self.message.short_key}",
            sender=f"qzss:dcx:{camf.a2}.{camf.a3}",
            sent=received,
            status=self.status,
            msg_type=MsgType.UPDATE if camf.a1 in {UPDATE, ALL_CLEAR} else MsgType.ALERT,
            scope=Scope.PUBLIC,
            infos=(self._info("ja"), self._info("en")),
            source_format=SOURCE_FORMAT,
            raw_digest=self.message.key,
            chain=self._chain(),
            place=(int(received.timestamp()), received.microsecond, index),
        )

    def _status(self) -> Status:
        camf = self.report.camf
        says_test = camf.a4 in hazards.TESTS or self.instruction.test
        if camf.a1 == TEST:
            return Status.TEST
        if says_test:
            raise MessageHeldError(
                "status-contradiction",
                f"A1 says {self.report.a1_message_type}, but hazard or instruction is a test; a person must look.",
            )
        return Status.ACTUAL

    def _chain(self) -> str:
        camf = self.report.camf
        series = f"dcx:{camf.a2}.{camf.a3}.{camf.a4}"
        if isinstance(self.report, dcx.JAlert):
            return series if camf.ex8 == 0 else f"{series}:{camf.ex9:016x}"
        return f"{series}.{camf.ex1}" if not self.report.ignore_ex1 else f"{series}.{camf.a12}-{camf.a13}"

    def _info(self, language: str) -> Info:
        japanese = language == "ja"
        provider, event = self._provider(japanese=japanese), self._event(japanese=japanese)
        return Info(
            language=language,
            category=self.hazard.category,
            event=self.hazard.name if japanese else self.hazard.english,
            response_type=self._response(),
            urgency=self._urgency(),
            severity=self._severity(),
            certainty=Certainty.OBSERVED if self.over else Certainty.LIKELY,
            event_codes=(NamedValue("DCX-A4", str(self.report.camf.a4)),),
            onset=self.onset,
            expires=self._expires(),
            sender_name=provider,
            headline=self._headline(event, japanese=japanese),
            description=self._description(provider, event, japanese=japanese),
            instruction=(self.instruction.japanese if japanese else None) or self.instruction.english,
            parameters=self._parameters(),
            areas=tuple(_named(area, japanese=japanese) for area in self.areas),
        )

    def _provider(self, *, japanese: bool) -> str:
        is_ministry = isinstance(self.report, dcx.JAlert) and self.report.camf.a3 == _MINISTRY
        names = _MINISTRIES if is_ministry else PROVIDERS[type(self.report)]
        return names[0] if japanese else names[1]

    def _event(self, *, japanese: bool) -> str:
        name = self.hazard.name if japanese else self.hazard.english
        if not self.over:
            return name
        return f"{name}（解除）" if japanese else f"{name} (all clear)"

    def _headline(self, event: str, *, japanese: bool) -> str:
        names = [area.area_desc if japanese else english for area, english in self.areas]
        more = len(names) - _NAMED_MAX
        told = ("、" if japanese else ", ").join(names[:_NAMED_MAX])
        if more > 0:
            told += f" ほか{more}地域" if japanese else f" and {more} more"
        return f"{event}: {told}" if told else event

    def _description(self, provider: str, event: str, *, japanese: bool) -> str:
        names = [area.area_desc if japanese else english for area, english in self.areas]
        if japanese:
            return f"{provider}からの情報です（衛星経由）。{event}。対象: {'、'.join(names) or '不明'}。"
        return f"From {provider}, by satellite. {event}. For: {', '.join(names) or 'not known'}."

    def _response(self) -> tuple[ResponseType, ...]:
        if self.over:
            return (ResponseType.ALL_CLEAR,)
        return self.instruction.response_type or self.hazard.response_type

    def _severity(self) -> Severity:
        told = _SEVERITIES[self.report.camf.a5]
        return min(told, self.hazard.floor, key=_RANKED.index)

    def _urgency(self) -> Urgency:
        """Tell how soon: what has a floor is acted on at once, anything else as its onset says."""
        if self.over:
            return Urgency.PAST
        ahead = self.onset is not None and self.onset > self.message.received_at
        if self.hazard.floor is not Severity.UNKNOWN or not ahead:
            return Urgency.IMMEDIATE
        return Urgency.EXPECTED

    def _expires(self) -> datetime | None:
        hours = _HOURS.get(self.report.camf.a8)
        begins = max(self.onset or self.message.received_at, self.message.received_at)
        return begins + timedelta(hours=hours) if hours else None

    def _parameters(self) -> tuple[NamedValue, ...]:
        report = self.report
        told = []
        if self.status is not Status.ACTUAL:
            told.append(NamedValue(parameter.TRAINING, "true"))
        if (polygon := second_ellipse(report)) is not None:
            told.append(NamedValue(EVACUATION, f"{report.ex2_evacuate_direction_type}: {polygon}"))
        names = [name for name in vars(report) if name[0] in "cd" and name[1].isdigit() and "_" in name]
        values = ((name.partition("_")[2], getattr(report, name)) for name in names)
        told += [NamedValue(f"qzss:{name}", str(value)) for name, value in values if value is not None]
        return tuple(told)


def _named(area: NamedArea, *, japanese: bool) -> Area:
    return area[0] if japanese else replace(area[0], area_desc=area[1])
