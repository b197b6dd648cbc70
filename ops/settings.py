"""What an installation may set, in one file (noroshi.toml). Nothing needs setting: every value has a default."""

import tomllib
from pathlib import Path
from typing import Annotated, Final

import msgspec

from broker.core.problem import Problem
from channels.carrier import Settings as CarrierSettings
from channels.radio import Settings as RadioSettings
from channels.webhook import Settings as WebhookSettings
from ops.signature import Signature
from receivers.folder import Settings as FolderSettings
from receivers.jalert import Settings as JAlertSettings
from receivers.jma_feed import Settings as JmaFeedSettings
from receivers.lalert import Settings as LAlertSettings
from receivers.mqtt import Settings as MqttInSettings
from receivers.qzss import Settings as QzssSettings

PORT_MAX: Final = 65_535  # RFC 9293, 3.1
Port = Annotated[int, msgspec.Meta(ge=0, le=PORT_MAX)]


class Http(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the web listens. ``host`` 127.0.0.1 serves this machine alone; 0.0.0.0 everyone who reaches it.
    ``port`` 0 takes a free one. ``public_url`` is how others reach it (behind a proxy), for links in feeds.
    """

    host: str = "127.0.0.1"
    port: Port = 8080
    public_url: str = ""


class Mqtt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The MQTT broker for disaster radio. ``embedded``: the one inside, listening on ``host`` and ``port`` (0 takes a
    free one) for ``stations`` (passwords by user name), who may answer and nothing more. Otherwise Mosquitto, EMQX or
    another at ``host`` and ``port``, as ``username`` with ``password``.
    """

    embedded: bool = True
    host: str = "127.0.0.1"
    port: Port = 1883
    username: str = ""
    password: str = ""
    stations: dict[str, str] = msgspec.field(default_factory=dict)


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole of noroshi.toml. ``data`` is where the journal and everything beside it lies."""

    data: Path = Path("noroshi-data")
    http: Http = Http()
    mqtt: Mqtt = Mqtt()
    webhook: WebhookSettings = WebhookSettings()
    carrier: CarrierSettings = CarrierSettings()
    radio: RadioSettings = RadioSettings()
    signature: Signature = Signature()
    lalert: LAlertSettings = LAlertSettings()
    jma_feed: JmaFeedSettings = JmaFeedSettings()
    mqtt_in: MqttInSettings = MqttInSettings()
    folder: FolderSettings = FolderSettings()
    jalert: JAlertSettings = JAlertSettings()
    qzss: QzssSettings = QzssSettings()


def read_settings(path: Path | None) -> Settings:
    """Read noroshi.toml; the defaults where no path is given. Raises Problem ``settings-invalid``."""
    if path is None:
        return Settings()
    try:
        return parse_settings(path.read_text("utf-8"))
    except OSError as error:
        raise Problem("settings-invalid", f"{path} cannot be read: {error.strerror}.") from error
    except tomllib.TOMLDecodeError as error:
        raise Problem("settings-invalid", f"{path} is not TOML: {error}.") from error
    except msgspec.ValidationError as error:
        raise Problem("settings-invalid", f"{path}: {error}.") from error


def parse_settings(text: str) -> Settings:
    """Read the text of noroshi.toml. Raises TOMLDecodeError or ValidationError with the path at fault."""
    values = tomllib.loads(text)
    return msgspec.convert(values, Settings, str_keys=True, dec_hook=lambda kind, value: kind(value))
