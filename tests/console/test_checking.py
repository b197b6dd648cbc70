"""The page on which an officer checks: it says what pressing would do, and until when it would stand."""

from console.desk_house import DeskHouse, Officer

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
    registry = house.broker.registry
    registry.add_towns({"11229": [Town(name="下新倉", lat=35.79, lon=139.61)]})
    try:
        await officer.draft(**slip)
        assert "<strong>和光市下新蔵</strong> — 地区の表にない名前" in officer.text
        assert "<strong>和光市下新倉</strong>" not in officer.text
    finally:
        registry.add_towns({"11229": []})
