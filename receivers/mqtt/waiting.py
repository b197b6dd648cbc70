"""What came over MQTT and waits its turn to be handed in."""

import asyncio
from typing import Final

import aiomqtt
import structlog

LOOSE_MAX: Final = 1_000  # messages that nobody acknowledges (QoS 0), whose sender does not mind losing them
LOOSE_BYTES_MAX: Final = 32 << 20  # and their bytes: two of the largest that are let in
_LOG: Final = structlog.get_logger("receivers.mqtt")


class Waiting(asyncio.Queue[aiomqtt.Message]):
    """First in, first out. What the broker keeps until it is acknowledged always finds room, since it would not be sent
    again on this connection, and the broker sends no more ahead than it was told; what nobody acknowledges is let go
    where there is too much of it.
    """

    _loose = 0
    _loose_bytes = 0
    _is_told = False

    def put_nowait(self, item: aiomqtt.Message) -> None:
        """Take a message in. Raises asyncio.QueueFull for one of QoS 0 beyond the bounds."""
        if not item.qos:
            if self._loose == LOOSE_MAX or self._loose_bytes + _size(item) > LOOSE_BYTES_MAX:
                if not self._is_told:
                    self._is_told = True
                    _LOG.warning("messages of QoS 0 come faster than they are journaled and are let go; send by QoS 1")
                raise asyncio.QueueFull
            self._loose += 1
            self._loose_bytes += _size(item)
        super().put_nowait(item)

    def _get(self) -> aiomqtt.Message:
        item: aiomqtt.Message = super()._get()
        if not item.qos:
            self._loose -= 1
            self._loose_bytes -= _size(item)
            self._is_told = self._is_told and self._loose > 0
        return item


def _size(item: aiomqtt.Message) -> int:
    return len(item.payload)
