"""What a centre's region is told, and never what holds elsewhere: official tsunami telegrams, and the real centre."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import msgspec
import pytest
from contracts.channel_carrier import CarrierHarness
from contracts.channel_case import accepted, delivery_of, order
from corpus import corpus

from broker.core.delivery import Delivered
from broker.core.event import AlertAccepted, Unplaced
from cap_formats.alert import Alert, Area, Info, MsgType, NamedValue
from cap_formats.decode import decode
from channels.carrier import Carrier, Regions
from channels.carrier.body import mail_of
from channels.carrier.mail import MailError
from channels.carrier.message_id import ETWS_TSUNAMI
from channels.text.gist import gists
from channels.text.section import own_section
from geo.registry import Registry, open_registry

IWATE, AOMORI, KAMAISHI = "03", "02", "03211"
OSAKA = "27"  # 津波予報 alone
OKAYAMA_CITY = "33100"
FUKUI = "18"  # nothing at all
FIRST = "32-39_11_02_250206_VTSE41.xml"
LATER = "32-39_11_11_250206_VTSE41.xml"
TAKEN_BACK = "38-39_03_01_210805_VTSE41.xml"


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return open_registry(tmp_path_factory.mktemp("areas") / "areas.db")


def placed(alert: Alert, registry: Registry) -> AlertAccepted:
    areas = tuple(registry.place(info.areas).municipalities for info in alert.infos)
    return msgspec.structs.replace(accepted(alert), areas=areas, unplaced=())


def telegram(name: str, registry: Registry) -> AlertAccepted:
    [alert] = decode(corpus("corpus", "jma", name).read_bytes())
    return placed(alert, registry)


def said_to(registry: Registry, areas: Sequence[str], alert: AlertAccepted) -> Alert | None:
    return Regions(registry, lambda _: areas).said(alert, "sub")


@pytest.mark.parametrize(
    ("areas", "title", "never"),
    [
        ((IWATE,), "大津波警報", ("津波予報", "宮城", "注意報", "＜")),
        ((KAMAISHI,), "大津波警報", ("宮城", "＜")),
        ((AOMORI,), "津波警報", ("大津波", "岩手", "甚大")),
        ((OSAKA,), "津波予報（若干の海面変動）", ("警報", "注意報", "岩手", "避難", "来襲")),
    ],
)
def test_a_region_is_told_its_own_worst_and_nothing_of_elsewhere(
    registry: Registry, areas: tuple[str, ...], title: str, never: tuple[str, ...]
):
    said = said_to(registry, areas, telegram(FIRST, registry))
    assert said is not None
    mail = mail_of(said)
    assert mail.title == title
    assert not [word for word in never if word in mail.title + mail.body]


def test_a_region_is_told_what_to_do_by_its_own_part_of_the_telegram(registry: Registry):
    whole = telegram(FIRST, registry)
    said = {area: said_to(registry, (area,), whole) for area in (IWATE, AOMORI, OSAKA)}
    bodies = {area: mail_of(alert).body for area, alert in said.items() if alert}
    assert "東日本大震災クラスの津波が来襲します。ただちに避難してください。" in bodies[IWATE]
    assert "津波による被害が発生します。沿岸部や川沿いにいる人はただちに高台や避難ビル" in bodies[AOMORI]
    assert bodies[OSAKA].endswith("若干の海面変動が予想されますが、被害の心配はありません。")


def test_a_centre_without_areas_gets_the_whole(registry: Registry):
    whole = telegram(FIRST, registry)
    for areas in ((), ("99999",)):  # no such place: nothing is known of the region
        said = said_to(registry, areas, whole)
        assert said is not None
        assert [info.event for info in said.infos] == [info.event for info in whole.alert.infos]
        coasts = [area.area_desc for area in said.infos[0].areas]
        assert coasts == ["岩手県", "宮城県", "福島県"]  # and not 東北地方太平洋沿岸, of which these are the half


def test_a_warning_that_spreads_reaches_the_region_in_its_new_words(registry: Registry):
    said = said_to(registry, (AOMORI,), telegram(LATER, registry))
    assert said is not None
    assert mail_of(said).title == "大津波警報"


def test_a_region_that_a_message_names_no_more_is_told_so_and_not_what_holds_elsewhere(registry: Registry):
    assert said_to(registry, (FUKUI,), telegram(FIRST, registry)) is None


def test_what_was_said_before_by_another_way_still_concerns_the_region(registry: Registry):
    whole = telegram(FIRST, registry)
    nothing = tuple(() for _ in whole.areas)
    said = said_to(registry, (IWATE,), msgspec.structs.replace(whole, areas=nothing, repeated=whole.areas))
    assert said is not None
    assert mail_of(said).title == "大津波警報"


def test_a_cancel_that_names_no_area_is_for_everybody(registry: Registry):
    said = said_to(registry, (IWATE,), telegram(TAKEN_BACK, registry))
    assert said is not None
    assert mail_of(said).title == "取消のお知らせ"


def test_a_cancel_for_elsewhere_says_only_that_it_cancels(registry: Registry):
    cancel = msgspec.structs.replace(telegram(FIRST, registry).alert, msg_type=MsgType.CANCEL)
    said = said_to(registry, (FUKUI,), placed(cancel, registry))
    assert said is not None
    mail = mail_of(said)
    assert mail.title == "取消のお知らせ"
    assert "津波" not in mail.body


NOWHERE = Area(area_desc="どこにもない町")
OKAYAMA, KOBE = (
    Area(area_desc=name, geocodes=(NamedValue("JISX0402", code),))
    for name, code in (("岡山市", "33100"), ("神戸市", "28100"))
)


def unplaced(alert: Alert, registry: Registry) -> AlertAccepted:
    """The alert as it was let in, with the areas that nobody could place."""
    parts = [part for info in alert.infos for part in registry.place(info.areas).unplaced]
    told = tuple(Unplaced(area_desc=p.area_desc, value_name=p.value_name, value=p.value) for p in parts)
    return msgspec.structs.replace(placed(alert, registry), unplaced=told)


def with_areas(*areas: Area, event: str = "避難指示") -> Info:
    return msgspec.structs.replace(order(4).alert.infos[0], event=event, areas=areas)


def with_infos(*infos: Info, msg_type: MsgType = MsgType.ALERT) -> Alert:
    return msgspec.structs.replace(order(4, msg_type=msg_type).alert, infos=infos)


def test_an_area_that_nobody_could_place_may_be_the_regions_own(registry: Registry):
    lost = unplaced(with_infos(with_areas(NOWHERE)), registry)
    assert lost.areas == ((),)
    said = said_to(registry, ("33202",), lost)
    assert said is not None
    assert "避難指示" in mail_of(said).title


def test_what_nobody_could_place_is_told_beside_what_is_of_the_region(registry: Registry):
    """Of a part that is placed later a centre that has the rest hears no more (``adds_to``)."""
    said = said_to(registry, (OKAYAMA_CITY,), unplaced(with_infos(with_areas(OKAYAMA, KOBE, NOWHERE)), registry))
    assert said is not None
    assert [area.area_desc for area in said.infos[0].areas] == ["岡山市", "どこにもない町"]
    graver = with_areas(NOWHERE, event="緊急安全確保")
    said = said_to(registry, (OKAYAMA_CITY,), unplaced(with_infos(with_areas(OKAYAMA), graver), registry))
    assert said is not None
    assert "どこにもない町に洪水に関する警戒レベル4、緊急安全確保" in mail_of(said).body


def test_a_district_of_a_municipality_elsewhere_is_not_of_anybodys_region(registry: Registry):
    inside = Area(area_desc="神戸市どこか", geocodes=(*KOBE.geocodes, NamedValue("areaName", "どこにもない町")))
    alert = unplaced(with_infos(with_areas(OKAYAMA, inside)), registry)
    assert alert.unplaced
    said = said_to(registry, (OKAYAMA_CITY,), alert)
    assert said is not None
    assert [area.area_desc for area in said.infos[0].areas] == ["岡山市"]
    assert said_to(registry, (FUKUI,), alert) is None


def test_a_region_of_which_nothing_is_said_in_japanese_is_not_told_that_it_is_over(registry: Registry):
    english = msgspec.structs.replace(with_areas(OKAYAMA), language="en-US")
    for msg_type in (MsgType.ALERT, MsgType.UPDATE):
        alert = placed(with_infos(with_areas(KOBE), english, msg_type=msg_type), registry)
        said = said_to(registry, (OKAYAMA_CITY,), alert)
        assert said is not None
        with pytest.raises(MailError, match="nothing in Japanese"):
            mail_of(said)
    cancel = placed(with_infos(with_areas(KOBE), english, msg_type=MsgType.CANCEL), registry)
    said = said_to(registry, (OKAYAMA_CITY,), cancel)
    assert said is not None
    assert mail_of(said).title == "取消のお知らせ"


@pytest.fixture
async def far() -> AsyncIterator[CarrierHarness]:
    async with CarrierHarness() as harness:
        yield harness


async def send(
    far: CarrierHarness, registry: Registry, areas: Sequence[str], *alerts: AlertAccepted
) -> list[dict[str, object]]:
    """Send messages of one chain to a centre of a region; return the ids that were used."""
    await far.channel.close()
    far.channel = Carrier(Path(far.folder.name) / "region.sqlite", regions=Regions(registry, lambda _: areas))
    for seq, alert in enumerate(alerts, 1):
        assert isinstance(await far.channel.send(delivery_of(alert, "carrier", seq=seq), alert, far.contact), Delivered)
    return list(far.centre.on_air)


async def test_the_alarm_is_that_of_the_region(far: CarrierHarness, registry: Registry):
    assert await send(far, registry, (AOMORI,), telegram(FIRST, registry)) == [ETWS_TSUNAMI]
    assert far.centre.shown[-1].startswith("津波警報\n")


async def test_a_forecast_of_slight_changes_sounds_no_tsunami_alarm(far: CarrierHarness, registry: Registry):
    assert ETWS_TSUNAMI not in await send(far, registry, (OSAKA,), telegram(FIRST, registry))


async def test_who_is_concerned_no_more_hears_that_and_the_old_words_leave_the_air(
    far: CarrierHarness, registry: Registry
):
    iwate = order(4, number=2, msg_type=MsgType.UPDATE)
    left = msgspec.structs.replace(iwate, areas=(("03201",),))
    await send(far, registry, ("33202",), order(4), left)
    assert len(far.centre.on_air) == 1
    title, _, body = far.centre.shown[-1].partition("\n")
    assert title == "対象地域の変更"
    assert "この地域は対象から外れました。" in body
    assert "避難指示" not in body


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ("大津波警報", "避難してください。\n高台へ。"),
        ("津波注意報", "海から出て。\n岸から離れて。"),
        ("津波注意報解除", ""),
    ],
)
def test_of_a_text_with_headings_a_kind_has_its_own_part(event: str, said: str):
    text = "避難してください。\n\n＜大津波警報＞\n高台へ。\n\n＜津波注意報＞\n海から出て。\n岸から離れて。\n\n予想。"
    assert own_section(text, event) == said
    assert own_section("＜注意＞\n高台へ。", event) == "＜注意＞\n高台へ。"


def test_a_towns_order_keeps_all_of_its_words():
    for text in ("＜津波からの避難＞\nすぐに高台へ。", "＜津波警報＞\nすぐに高台へ。\n\n市役所は開いています。"):
        assert own_section(text, "避難指示") == text


def test_a_line_that_never_ends_its_heading_is_read_at_once():
    """Ten times as long, and no hundred times the work: this one would take hours."""
    text = "＜" + "津波警報" * 500_000
    assert own_section(text, "津波警報") == text


def test_many_infos_of_one_kind_are_one_thing_with_all_their_areas():
    """In one walk: areas are not copied for each info."""
    many = [with_areas(Area(area_desc=f"第{number}町")) for number in range(20_000)]
    (gist,) = gists(with_infos(*many))
    assert gist.areas == tuple(info.areas[0].area_desc for info in many)
