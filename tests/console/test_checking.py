"""The page on which an officer checks: it says what pressing would do, and until when it would stand."""

from console.desk_house import DeskHouse, Officer

from broker.views.history import alerts
from geo.place import Town

WHOLE_4 = {"at-whole": "4"}


async def test_a_lift_looks_like_a_lift_and_is_read_back_as_one(house: DeskHouse, officer: Officer):
    await officer.issue(await officer.draft(**WHOLE_4), "4")
    house.pass_time(minutes=5)
    await officer.post("/console/orders/1/lift", code="11229")
    path = officer.path
    assert "<title>解除を確かめる" in officer.text
    assert "解除を送る" in officer.text
    assert "本番で発令する" not in officer.text
    await officer.issue(path, "4")
    assert (officer.status, house.count()) == (409, 1)
    assert "「解除」（または 0）と、市区町村の名前を打ち込んでください" in officer.text
    await officer.issue(path, "解除")
    assert house.holding() == []


async def test_no_word_but_the_level_issues_an_order(house: DeskHouse, officer: Officer):
    path = await officer.draft(**WHOLE_4)
    for level in ("解除", "0", "3", ""):
        await officer.issue(path, level)
        assert (officer.status, house.count()) == (409, 0)


async def test_the_end_is_shown_before_it_is_sent(house: DeskHouse, officer: Officer):
    assert "発令から24時間" in await officer.get("/console/compose?code=11229")
    path = await officer.draft(**WHOLE_4)
    assert "<strong>7月2日 12:00</strong>" in officer.text
    assert "緊急速報メールと防災行政無線には使われません" in officer.text
    await officer.issue(path, "4")
    house.pass_time(hours=21)
    await officer.sign_in(house.key, "live")
    await officer.post("/console/orders/1/extend", code="11229")
    assert "期限の延長を確かめる" in officer.text
    assert "7月2日 12:00 → <strong>7月3日 09:00</strong>" in officer.text
    texts = officer.texts()
    assert "引き続き" in texts["headline-0"]
    assert "引き続き" in texts["voice-0"]
    await officer.issue(officer.path, "4")
    house.pass_time(hours=20)
    assert house.holding() == [("避難指示", 4)]
    alert = await house.newest()
    assert alert.infos[0].headline == "和光市全域では、引き続き洪水に関する警戒レベル4、避難指示を発令しています。"


async def test_a_district_that_no_table_has_is_asked_about_where_there_are_tables(house: DeskHouse, officer: Officer):
    slip = {"at-typed": "4", "typed_names": "下新倉\n下新蔵"}
    await officer.draft(**slip)
    assert "地区の表にない名前" not in officer.text  # nothing was imported: nobody knows better
    assert "下新倉、下新蔵 — 地区の表がこの市区町村にはない" in officer.text
    assert "場所を特定できない" not in officer.text
    registry = house.broker.registry
    registry.add_towns({"11229": [Town(name="下新倉", lat=35.79, lon=139.61)]})
    try:
        await officer.draft(**slip)
        assert "<strong>下新蔵</strong> — 地区の表にない名前" in officer.text
        assert "<strong>下新倉</strong>" not in officer.text
    finally:
        registry.add_towns({"11229": []})


async def test_a_district_goes_out_as_l_alert_names_it_and_is_marked_where_it_lies(house: DeskHouse, officer: Officer):
    registry = house.broker.registry
    registry.add_towns({"11229": [Town(name="下新倉", lat=35.79, lon=139.61)]})
    try:
        drawn = {"at-drawn": "4", "drawn_name": "川の東", "drawn_polygon": "35.78,139.60 35.78,139.61 35.79,139.61"}
        await officer.issue(await officer.draft(**{"at-typed": "4", "typed_names": "下新倉", **drawn}), "4")
        alert = await house.newest()
        said = {area.area_desc: [(g.value_name, g.value) for g in area.geocodes] for area in alert.infos[0].areas}
        assert said == {
            "和光市下新倉": [("JISX0402", "112291"), ("areaName", "下新倉")],
            "和光市川の東": [("JISX0402", "112291")],  # a name of this order alone: its shape says where it is
        }
        assert [spot.name for spot in registry.place(alert.infos[0].areas).spots] == ["下新倉"]
        text = await officer.get("/console/compose?code=11229&basis=1")
        assert 'data-name="下新倉 "' in text
        assert 'data-name="川の東 "' in text
        await officer.post("/console/orders/1/lift", code="11229")
        await officer.issue(officer.path, "解除")
        assert house.holding() == []
    finally:
        registry.add_towns({"11229": []})


async def test_nobody_is_asked_about_districts_of_a_municipality_without_tables(house: DeskHouse, officer: Officer):
    typed = {"at-typed": "4", "typed_names": "下新蔵"}
    await officer.issue(await officer.draft(**typed), "4")
    assert (await house.broker.archive.accepted(1)).unplaced == ()
    registry = house.broker.registry
    registry.add_towns({"11229": [Town(name="下新倉", lat=35.79, lon=139.61)]})
    try:
        await officer.post("/console/orders/1/lift", code="11229")
        await officer.issue(officer.path, "解除")
        [row] = alerts(house.broker.projector.reader, limit=1)
        later = await house.broker.archive.accepted(row.seq)
        assert [part.value for part in later.unplaced] == ["下新蔵"]
    finally:
        registry.add_towns({"11229": []})
