"""The MQTT broker that this installation uses: the embedded one, or another by address.

A port that is taken must not keep alerts from going out by other ways: the embedded broker is tried again until it
listens, and until then radio deliveries wait and say why.
"""

import asyncio
import secrets
from typing import Final

import structlog

from channels.mqtt_broker import EmbeddedBroker, MqttAddress
from ops import settings

_CALLER: Final = "noroshi"
_AGAIN_S: Final = 5.0

_log = structlog.get_logger("noroshi.mqtt")


class Mqtt:
    """Starts and stops the embedded broker where it is wanted."""

    def __init__(self, wanted: settings.Mqtt) -> None:
        """Follow the settings."""
        self._wanted = wanted
        self._embedded: EmbeddedBroker | None = None
        self._listens = False
        self.ready = asyncio.Event()  # set once it is certain who listens at the address
        if not wanted.embedded:
            self.ready.set()
        if wanted.embedded:
            users = dict(wanted.stations) | {_CALLER: secrets.token_urlsafe(16)}
            self._embedded = EmbeddedBroker(users, caller=_CALLER, host=wanted.host, port=wanted.port)

    @property
    def address(self) -> MqttAddress:
        """Where the radio channel connects, and as whom."""
        if self._embedded is not None:
            return self._embedded.address
        wanted = self._wanted
        return MqttAddress(
            host=wanted.host, port=wanted.port, username=wanted.username or None, password=wanted.password or None
        )

    async def start(self) -> None:
        """Listen, if the port is free."""
        if self._embedded is None or self._listens:
            return
        try:
            await self._embedded.start()
            self._listens = True
            self.ready.set()
        except OSError as error:
            await self._embedded.stop()
            _log.error(
                "the port for disaster radio is taken; set mqtt.port, or mqtt.embedded = false",
                host=self._wanted.host,
                port=self._wanted.port,
                reason=str(error),
            )

    async def run(self) -> None:
        """Try again until it listens, then wait to be cancelled."""
        while not self._listens and self._embedded is not None:
            await asyncio.sleep(_AGAIN_S)
            await self.start()
        await asyncio.Event().wait()

    async def stop(self) -> None:
        """Let every client go."""
        if self._embedded is not None:
            await self._embedded.stop()
