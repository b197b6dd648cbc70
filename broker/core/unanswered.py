"""Which reasons of a failed attempt leave open whether the far end got the message after all."""

from typing import Final

UNANSWERED: Final = "unanswered"  # an attempt that the broker itself did not see the end of

# The words before the colon of a Deferred reason: something was sent, and no answer that could be understood came back.
_LEFT_OPEN: Final = frozenset(
    {
        UNANSWERED,
        "timeout",
        "connection closed before the answer",
        "answer broken off",
        "not an HTTP answer",
        "connection lost",
    }
)


def may_have_gone_out(reason: str) -> bool:
    """Whether the far end may have taken what it did not answer to. Before the public, that counts as gone out."""
    return reason.partition(":")[0] in _LEFT_OPEN or reason.startswith("no answer")
