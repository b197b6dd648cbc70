"""What a centre is told of its message: the codes of processResponse (FORMATS 1.6).

A sender tries again only where no answer came: each code that is known ends its tries, 901 (other system error) too. So
what is refused or held is answered, with its sentence: the bytes are kept and a person is told here, and to post them
again would change nothing. What could not be kept is answered by no code at all, but by a Fault.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from broker.core.problem import Problem
from broker.service.intake import Acceptance

OK: Final = 0
BAD_MESSAGE_URI: Final = 401  # UNCONFIRMED what is meant beyond its name; here, a message of no kind that is known
NOT_VALID: Final = 402

CODES: Final[dict[str, int]] = {"format-unknown": BAD_MESSAGE_URI, "lalert-message-missing": BAD_MESSAGE_URI}
"""By the code of the problem; any other is NOT_VALID."""


class Answer(NamedTuple):
    """``result`` is a sentence, None where all is well."""

    code: int
    result: str | None = None


def answer_of(ends: Sequence[Acceptance | Problem]) -> Answer:
    """Return what is told of a message: OK only where all of it is durable, now or since an earlier post."""
    problems = [end for end in ends if isinstance(end, Problem)]
    if not problems:
        return Answer(OK)
    code = CODES.get(problems[0].code, NOT_VALID)
    return Answer(code, " ".join(f"{problem.code}: {problem.sentence}" for problem in problems))
