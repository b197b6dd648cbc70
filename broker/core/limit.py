"""Every bound of the broker, in one file, with its reason (DESIGN rule 10)."""

from datetime import timedelta
from typing import Final

from broker.core.lane import Lane

# Attempts in flight at once, by lane: three separate budgets, so that no lane can take another's room (rule 5).
IN_FLIGHT_MAX: Final[dict[Lane, int]] = {
    Lane.URGENT: 256,  # all of a prefecture's far ends at once
    Lane.NORMAL: 128,
    Lane.DRILL: 32,  # a drill may take its time; 20,000 drill messages must not load the machine
}
# Attempts in flight at once to one subscriber, by lane: one dead far end holds back nobody else, and its old alerts
# never hold back its urgent ones.
IN_FLIGHT_PER_SUBSCRIPTION_MAX: Final[dict[Lane, int]] = {Lane.URGENT: 8, Lane.NORMAL: 4, Lane.DRILL: 2}

# Attempts of drills a second: half of what one machine sends, and a trickle while anything live is on its way.
DRILL_PER_S: Final = 1_000
DRILL_PER_S_BESIDE_LIVE: Final = 50
DRILL_BURST: Final = timedelta(seconds=0.1)  # at either pace; a drill to a town's few far ends goes out at once
LIVE_QUIET: Final = timedelta(seconds=2)  # how long after the last live attempt drills still give way

SEND_TIMEOUT_S: Final = 10.0  # a far end that says nothing for ten seconds has not taken an alert
SEND_TIMEOUT_URGENT_S: Final = 5.0  # for what leaves seconds, ask again sooner

# An alert without expires is still bounded: a day, which is how long L-Alert shows a lifted order.
DEADLINE_DEFAULT: Final = timedelta(hours=24)

# Who heard of a chain is remembered so long beyond its end: the lifting of a warning may come days after it.
REACH_KEPT: Final = timedelta(days=7)

# Seconds at most before attempt 2, 3, 4 ...; the last repeats until the deadline. A subscriber is never disabled. An
# hour's outage is a hundred lines of the journal, and nobody waits longer than a minute for a far end that is back.
RETRY_SWIFT_S: Final = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 60.0)
RETRY_GENTLE_S: Final = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
RETRY_LEAST_S: Final = 0.05
WOKEN_BY_A_SUCCESS: Final = 2  # of each lane: doubles at each answer of a far end that is back, spares all others
CLOCK_STEP: Final = timedelta(seconds=1)  # a clock that goes back by more was set; less is how clocks are kept right
RETRY_LONGEST: Final = timedelta(seconds=90)  # the longest step of the ladders, and some room

# A far end's own wish to be left alone is honoured up to here: a wrong clock over there must not silence an alert.
RETRY_AFTER_SWIFT_MAX_S: Final = 30.0
RETRY_AFTER_GENTLE_MAX_S: Final = 600.0

CHAIN_ALERTS_MAX: Final = 200_000  # accepted alerts remembered for duplicates and references: years of a prefecture
CHAIN_REFERENCES_MAX: Final = 256  # newest alerts of one chain that a newer one takes over; older ones have run out
PUBLIC_WENT_OUT_MAX: Final = 100_000  # what went out on channels to the public, kept to know whether a Cancel is due

# JMA's transitional telegrams gather newer ones "in units of minutes" (docs/decisions/0009): so long after a newer word
# the older way may simply be behind it, and news by both is one piece of news.
REPEAT_LAG: Final = timedelta(minutes=15)
REPEATED_KEPT: Final = timedelta(days=7)  # a dry-air advisory may hold for days before its telegram speaks again

CLOCK_SKEW_MAX: Final = timedelta(minutes=5)  # a message from the future by more than this is held
YEAR_MIN: Final = 1900  # of a message's times: what was said before has no CAP, and what is said after no reader
YEAR_MAX: Final = 2200
RECEIPT_TEXT_MAX: Final = 500  # characters of what a device says of itself
NAME_MAX: Final = 500  # characters of identifier and sender: keys and log lines are made of them; UUIDs have 36
POLYGON_POINTS_MAX: Final = 20_000  # a municipality's border has 5,000 at most
POLYGONS_MAX: Final = 1_000  # per message
AREAS_MAX: Final = 20_000  # per message; the largest official telegram names 13,000
SUBSCRIPTIONS_MAX: Final = 200_000
STREAM_QUEUE_MAX: Final = 1_000  # events a slow stream reader may lag before it is cut off and resumes by cursor
STREAM_BUFFER_BYTES_MAX: Final = 4 << 20  # and bytes that it may lag: a thousand alerts with one language
STREAM_STALLED_BEATS_MAX: Final = 4  # heartbeats that a reader may leave unread: a minute, then its line is dead
STREAM_HEARTBEAT_S: Final = 15.0  # proxies cut what is silent for 30 to 60 s
STREAM_RECENT_MAX: Final = 1_000  # records kept framed in memory, for readers that come back
STREAM_RECENT_BYTES_MAX: Final = 64 << 20  # and their bytes: the largest telegrams are 4 MB
STREAM_EARLIER_MAX: Final = 5_000  # alerts whose gist is kept, to know who heard of a chain: 2 kB each
STREAM_CONNECTIONS_MAX: Final = 20_000
WEB_BODY_MAX: Final = 16 << 20  # twice what the reader takes: such a message is refused in its own words and kept
REFUSED_HEAD_BYTES: Final = 64 << 10  # kept of what is larger still: enough to see whose it is and what it was
RENDERED_MAX: Final = 64  # bodies a push channel keeps rendered: a burst has a handful of alerts, each of 4 MB at most
