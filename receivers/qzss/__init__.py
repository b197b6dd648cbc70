"""Messages of the satellites みちびき from a GNSS receiver: the path that needs no network.

Only the settings are named here: the rest brings the tables of all messages along, for whoever listens.
"""

from receivers.qzss.settings import Settings

__all__ = ["Settings"]
