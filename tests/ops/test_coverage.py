"""What the public page may promise: whose orders come in here, and whether 気象庁 does."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from broker.core.holder import Holder, Role
from broker.service.source import Sources
from broker.web.keys import KeyStore
from cap_formats.alert import Status
from geo.registry import Registry, open_registry
from ops.coverage import Coverage, relays
from ops.settings import Settings
from receivers.folder.settings import Key
from receivers.folder.settings import Settings as Folder
from receivers.folder.signature import make_key
from receivers.lalert import Settings as LAlert
from receivers.mqtt.settings import Settings as MqttIn
from receivers.mqtt.settings import Topic

NOON = datetime(2026, 7, 1, 3, 0, tzinfo=UTC)
TOWN = Holder(name="倉敷市", role=Role.ISSUER, areas=("33202",))


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return open_registry(tmp_path_factory.mktemp("areas") / "areas.db")


def test_a_town_alone_brings_its_own_orders_and_no_warning_of_the_agency(tmp_path: Path, registry: Registry):
    keys = KeyStore(tmp_path / "keys.db")
    coverage = Coverage(keys, registry, Sources(lambda: NOON), LAlert())
    assert (coverage("33202"), coverage.national()) == (False, False)
    keys.add(TOWN)
    keys.add(Holder(name="見る人", role=Role.SUBSCRIBER))
    assert (coverage("33202"), coverage("33203"), coverage.national()) == (True, False, False)


@pytest.mark.parametrize(
    ("holder", "national"),
    [
        (Holder(name="中継", role=Role.ISSUER), True),
        (Holder(name="県", role=Role.ISSUER, areas=("33",), senders=("jma.go.jp",)), True),
        (Holder(name="県", role=Role.ISSUER, areas=("33",)), False),
        (Holder(name="県", role=Role.ISSUER, senders=("pref.okayama",)), False),
        (Holder(name="訓練", role=Role.ISSUER, statuses=(Status.EXERCISE,)), False),
    ],
)
def test_a_key_that_may_relay_the_agency_counts_until_it_is_revoked(
    tmp_path: Path, registry: Registry, holder: Holder, *, national: bool
):
    keys = KeyStore(tmp_path / "keys.db")
    coverage = Coverage(keys, registry, Sources(lambda: NOON), LAlert())
    keys.add(holder)
    assert coverage.national() is national
    keys.revoke(holder.name)
    assert not coverage.national()


@pytest.mark.parametrize(("receiver", "national"), [("jma_feed", True), ("qzss", True), ("lalert", False)])
def test_a_source_counts_while_it_is_not_lost(tmp_path: Path, registry: Registry, receiver: str, *, national: bool):
    sources = Sources(lambda: NOON)
    coverage = Coverage(KeyStore(tmp_path / "keys.db"), registry, sources, LAlert())
    source = sources.open(receiver, "x")
    source.heard()
    assert coverage.national() is national
    source.lost("no answer")
    assert not coverage.national()


def test_topics_and_signed_files_count_as_keys_do():
    _, public = make_key()
    settings = Settings(
        mqtt_in=MqttIn(host="127.0.0.1", topics={"in/#": Topic(issuer="県", areas=("33",))}),
        folder=Folder(path="/nowhere", keys={"中継": Key(public_key=public, senders=("jma.go.jp",))}, unsigned=True),
    )
    assert [(one.areas, one.senders) for one in relays(settings)] == [(("33",), ()), ((), ("jma.go.jp",)), ((), ())]
    assert relays(Settings()) == []
