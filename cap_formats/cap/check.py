"""All that is asked of an alert in CAP's words once it follows the schema: rules, files inside it, profiles.

The same for CAP's own XML and for an alert in JSON, which says all that CAP says.
"""

from collections import deque

from cap_formats.alert import Alert
from cap_formats.cap.profile import check_profiles
from cap_formats.cap.resource import check_resources
from cap_formats.cap.rule import check_rules
from cap_formats.note import Note
from cap_formats.problem import MessageHeldError
from cap_formats.xml import XmlElement


def check_alert(alert: Alert, root: XmlElement | None = None) -> tuple[Note, ...]:
    """Return what the reader of an alert should know besides; with ``root`` given, an error names its line.

    Raises MessageRuleError, and MessageHeldError with the alert where a person must decide.
    """
    try:
        check_rules(alert, root)
        return (*_resources(alert, root), *check_profiles(alert, root))
    except MessageHeldError as held:
        held.alert = alert
        raise


def _resources(alert: Alert, root: XmlElement | None) -> tuple[Note, ...]:
    """Check what stands in the alert. One that is held for it and calls itself a test as well is held for that: it is
    the doubt that a person must settle first of all.
    """
    try:
        return tuple(check_resources(alert, root))
    except MessageHeldError:
        deque(check_profiles(alert, root), maxlen=0)
        raise
