"""What the server enforces, whatever a page or a browser may say."""

import pytest
import shapely
from console.desk_house import DeskHouse, Officer

from broker.core.holder import Holder, Role
from broker.core.problem import Problem
from cap_formats.alert import MsgType, ResponseType, Status
from geo.place import District
from geo.registry import Registry

INSIDE = shapely.box(139.605, 35.780, 139.610, 35.785)
ACROSS = shapely.box(139.600, 35.780, 139.605, 35.785)  # reaches into 朝霞市
WHOLE_4 = {"at-whole": "4"}


async def test_saving_never_sends(house: DeskHouse, officer: Officer):
    path = await officer.draft(**WHOLE_4)
    await officer.post(path, **officer.texts() | {"action": "rewrite", "headline-0": "書き直し"})
    assert officer.texts()["headline-0"] == "書き直し"
    assert house.count() == 0


async def test_an_order_pressed_twice_goes_out_once(house: DeskHouse, officer: Officer):
    path = await officer.draft(**WHOLE_4)
    texts = officer.texts() | {"action": "issue", "level": "4", "municipality": "和光市"}
    await officer.post(path, **texts)
    first = officer.path
    house.pass_time(seconds=3)
    await officer.post(path, **texts)
    assert officer.path == first
    assert (house.count(), house.holding()) == (1, [("避難指示", 4)])


async def test_a_drill_desk_cannot_say_anything_real(house: DeskHouse, trainee: Officer):
    path = await trainee.draft(**WHOLE_4, status="Actual", mode="live")
    await trainee.issue(path, "4", status="Actual", mode="live")
    assert "/orders/" in trainee.path
    assert house.holding(Status.ACTUAL) == []
    assert house.holding(Status.EXERCISE) == [("避難指示", 4)]
    alert = await house.newest()
    assert alert.status is Status.EXERCISE
    assert all((info.headline or "").startswith("【訓練】") for info in alert.infos)


@pytest.mark.usefixtures("trainee")
async def test_the_broker_itself_refuses_what_a_drill_desk_may_not(house: DeskHouse, officer: Officer):
    await officer.issue(await officer.draft(**WHOLE_4), "4")
    accepted = await house.broker.archive.accepted(1)
    raw = accepted.raw.replace(accepted.alert.identifier.encode(), b"another")
    drill = next(s for s in house.console._sessions._open.values() if s.status is Status.EXERCISE)
    with pytest.raises(Problem) as caught:
        await house.broker.accept(raw, holder=drill.speaker, via="console")
    assert caught.value.code == "status-not-allowed"


async def test_a_live_and_a_drill_desk_do_not_share_drafts(officer: Officer, trainee: Officer):
    path = await trainee.draft(**WHOLE_4)
    await officer.get(path)
    assert officer.status == 404


async def test_another_towns_order_cannot_be_written(house: DeskHouse, officer: Officer):
    await officer.post("/console/drafts", code="131016", hazard="洪水", **WHOLE_4)
    assert officer.status == 403
    assert "この区域について発信できません" in officer.text
    assert house.count() == 0


async def test_a_drawn_area_beyond_the_border_is_shown_and_refused(house: DeskHouse, officer: Officer):
    path = await officer.draft(
        **{"at-drawn": "4", "drawn_name": "広すぎ", "drawn_polygon": "35.6,139.4 35.6,139.8 35.9,139.8 35.9,139.4"}
    )
    assert "ほかの市区町村にかかっています" in officer.text
    await officer.issue(path, "4")
    assert officer.status == 403
    assert (house.count(), house.holding()) == (0, [])


async def test_a_shape_that_is_none_is_said_so(house: DeskHouse, officer: Officer):
    await officer.draft(**{"at-drawn": "4", "drawn_name": "x", "drawn_polygon": "35.6,139.4 35.6,999 35.9,139.8"})
    assert officer.status == 422
    assert house.count() == 0


async def test_a_forged_form_is_refused(house: DeskHouse, officer: Officer):
    path = await officer.draft(**WHOLE_4)
    officer.csrf, officer.origin = "guess", "https://elsewhere.example"
    await officer.issue(path, "4")
    assert officer.status == 403
    assert house.count() == 0


async def test_a_revoked_key_ends_the_session_before_it_issues(house: DeskHouse, officer: Officer):
    path = await officer.draft(**WHOLE_4)
    house.keys.revoke("town")
    await officer.issue(path, "4")
    assert officer.status == 403
    assert house.count() == 0


async def test_a_subscribers_key_opens_no_desk(house: DeskHouse):
    visitor = Officer(house)
    text = await visitor.sign_in(house.keys.add(Holder(name="tv", role=Role.SUBSCRIBER)), "live")
    assert "この画面は使えません" in text
    await visitor.close()


async def test_districts_go_out_with_their_shapes(house: DeskHouse, officer: Officer, registry: Registry):
    registry.add_districts(
        "11229",
        [
            District(code="d1", name="白子", geometry=INSIDE, lat=35.78, lon=139.6),
            District(code="d2", name="新倉", geometry=ACROSS, lat=35.79, lon=139.61),
        ],
    )
    try:
        await officer.issue(await officer.draft(**{"at-d1": "4", "at-d2": "3"}), "4")
        alert = await house.newest()
        assert [(i.event, i.areas[0].area_desc, len(i.areas[0].polygons)) for i in alert.infos] == [
            ("避難指示", "和光市白子", 1),
            ("高齢者等避難", "和光市新倉", 0),
        ]
    finally:
        registry.add_districts("11229", [])


async def test_raise_then_lift_are_updates_of_one_chain(house: DeskHouse, officer: Officer):
    await officer.issue(await officer.draft(**{"at-whole": "3"}), "3")
    house.pass_time(minutes=5)
    await officer.issue(await officer.draft(**{"at-whole": "5", "basis": "1"}), "5")
    assert house.holding() == [("緊急安全確保", 5)]
    raised = await house.newest()
    assert raised.msg_type is MsgType.UPDATE
    house.pass_time(minutes=5)
    seq = officer.path.rsplit("/", 1)[1]
    await officer.post(f"/console/orders/{seq}/lift", code="11229")
    await officer.issue(officer.path, "0")
    lifted = await house.newest()
    assert house.holding() == []
    assert lifted.infos[0].response_type == (ResponseType.ALL_CLEAR,)
    assert len(lifted.references) == 2
    assert lifted.chain == raised.chain


async def test_a_draft_of_what_has_changed_meanwhile_is_refused(house: DeskHouse, officer: Officer):
    await officer.issue(await officer.draft(**{"at-whole": "3"}), "3")
    house.pass_time(minutes=1)
    stale = await officer.draft(**{"at-whole": "4", "basis": "1"})
    texts = officer.texts()
    await officer.issue(await officer.draft(**{"at-whole": "5", "basis": "1"}), "5")
    await officer.post(stale, **texts | {"action": "issue", "level": "4", "municipality": "和光市"})
    assert officer.status == 409
    assert house.holding() == [("緊急安全確保", 5)]


async def test_a_mistake_is_taken_back_by_one_meant_press_once(house: DeskHouse, officer: Officer):
    await officer.issue(await officer.draft(**WHOLE_4), "4")
    path = officer.path
    house.pass_time(seconds=2)
    await officer.post(f"{path}/cancel", code="11229", reason="誤って発信しました。")
    assert (officer.status, house.count()) == (400, 1)
    for _ in range(2):
        await officer.post(f"{path}/cancel", code="11229", reason="誤って発信しました。", meant="yes")
    assert (house.count(), house.holding()) == (2, [])
    cancel = await house.newest()
    assert (cancel.msg_type, cancel.note) == (MsgType.CANCEL, "誤って発信しました。")


async def test_an_order_near_its_end_asks_to_be_extended(house: DeskHouse, officer: Officer):
    await officer.issue(await officer.draft(**WHOLE_4), "4")
    house.pass_time(hours=11)
    assert "延長してください" not in await officer.get("/console")
    house.pass_time(hours=10, minutes=30)
    await officer.sign_in(house.key, "live")
    assert "延長してください" in await officer.get("/console")
    await officer.post("/console/orders/1/extend", code="11229")
    await officer.issue(officer.path, "4")
    house.pass_time(hours=20)
    assert house.holding() == [("避難指示", 4)]
