"""Which profiles there are, and the check of a message against those that it claims."""

from collections.abc import Iterator
from typing import Final

from cap_formats.alert import Alert
from cap_formats.cap.profile.canada import CAP_CP
from cap_formats.cap.profile.ipaws import IPAWS
from cap_formats.cap.profile.japan import JAPAN
from cap_formats.cap.profile.profile import Breach, Profile
from cap_formats.cap.profile.trial import TEST_CODES
from cap_formats.cap.rule import located
from cap_formats.note import Note
from cap_formats.problem import MessageHeldError
from cap_formats.xml import XmlElement

PROFILES: Final = (TEST_CODES, JAPAN, CAP_CP, IPAWS)


def check_profiles(alert: Alert, root: XmlElement | None = None) -> Iterator[Note]:
    """Note what breaks the profiles that the alert claims, the first fault of each rule.

    Raises MessageHeldError with the rule's code where what is broken may mislead.
    """
    for profile in PROFILES:
        if profile.claimed(alert):
            yield from _check(alert, profile, root)


def _check(alert: Alert, profile: Profile, root: XmlElement | None) -> Iterator[Note]:
    for rule in profile.rules:
        fault = next(rule.check(alert), None)
        if fault is None:
            continue
        path, line = located(fault, root)
        sentence = f"{rule.sentence} ({profile.name} {profile.version}); {fault.found}."
        if rule.breach is Breach.HELD:
            raise MessageHeldError(rule.code, sentence, line=line, path=path)
        yield Note(code=rule.code, sentence=sentence, path=path)


def conforms(alert: Alert, profile: Profile) -> bool:
    """Tell whether an alert breaks no rule of a profile, whether or not it claims it."""
    return all(next(rule.check(alert), None) is None for rule in profile.rules)
