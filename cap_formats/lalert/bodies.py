"""The seven bodies, one row each (FORMATS 1.4, category words)."""

from typing import Final

from cap_formats.lalert import damage, evacuation, event, general, headquarters, shelter, urgent_mail
from cap_formats.lalert.body import Body

BODIES: Final[tuple[Body, ...]] = (
    evacuation.BODY,
    shelter.BODY,
    headquarters.BODY,
    damage.BODY,
    general.BODY,
    event.BODY,
    urgent_mail.BODY,
)
BY_NAME: Final = {body.name: body for body in BODIES}
