"""The journal's own bounds, with their reasons (DESIGN rule 10). The broker's others are in broker.core.limit."""

from typing import Final

# One transaction: how many waiting appends share one fsync, and how much they may weigh. Past a few hundred the fsync
# is already free; the bytes keep one group from holding the others up for longer than a slow disk's second.
GROUP_APPENDS_MAX: Final = 512
GROUP_BYTES_MAX: Final = 16 << 20

# The newest records of each stream stay in memory, because the router and the deliverer always read the end of it.
TAIL_RECORDS_MAX: Final = 2_048
TAIL_BYTES_MAX: Final = 16 << 20

# One answer of read(): a message may have 8 MiB, so a count alone would bound nothing.
READ_BYTES_MAX: Final = 32 << 20

WAL_PAGES: Final = 4_000  # checkpoint after 16 MiB of 4 KiB pages: once a second at the highest rates measured
WAL_BYTES_MAX: Final = 64 << 20  # a log that grew past this for one large group is cut back at the next checkpoint

BUSY_TIMEOUT_S: Final = 5.0  # a backup or a checkpoint of another process may hold the file this long
