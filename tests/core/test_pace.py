from datetime import UTC, datetime, timedelta

from broker.core.limit import DRILL_BURST, DRILL_PER_S, DRILL_PER_S_BESIDE_LIVE, LIVE_QUIET
from broker.core.pace import Pace

NOW = datetime(2026, 11, 21, tzinfo=UTC)
STEP = timedelta(milliseconds=1)


def sent_in(pace: Pace, seconds: float, *, live: bool) -> int:
    sent = 0
    for step in range(int(seconds * 1000)):
        now = NOW + step * STEP
        if live:
            pace.live(now)
        count = pace.room(now)
        pace.take(now, count)
        sent += count
    return sent


def test_alone_drills_go_at_their_own_rate():
    burst = DRILL_BURST.total_seconds() * DRILL_PER_S
    assert abs(sent_in(Pace(), 10, live=False) - (10 * DRILL_PER_S + burst)) <= 2


def test_beside_live_traffic_they_trickle():
    burst = DRILL_BURST.total_seconds() * DRILL_PER_S_BESIDE_LIVE
    assert abs(sent_in(Pace(), 10, live=True) - (10 * DRILL_PER_S_BESIDE_LIVE + burst)) <= 2


def test_it_opens_when_it_says_and_not_before():
    pace = Pace()
    pace.live(NOW)
    while pace.room(NOW):
        pace.take(NOW, 1)
    opens = pace.opens_at(NOW)
    assert NOW < opens <= NOW + timedelta(seconds=1) / DRILL_PER_S_BESIDE_LIVE
    assert pace.room(opens - STEP) == 0
    assert pace.room(opens) == 1


def test_some_time_after_the_last_live_attempt_the_pace_is_the_drills_own_again():
    pace = Pace()
    pace.live(NOW)
    assert pace.room(NOW) < pace.room(NOW + LIVE_QUIET)
