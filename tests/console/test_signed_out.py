"""An officer whose session ends while he writes: nothing of it is lost, and nothing is done by it."""

import html
import re

from console.desk_house import DeskHouse, Officer

from broker.web.session import SESSION_FOR

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
WRITTEN = {"code": "11229", "hazard": "土砂災害", "at-whole": "4", "at-typed": "3", "typed_names": "新倉\r\n下新倉"}


def carried(officer: Officer) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in HIDDEN.findall(officer.text) if name != "csrf"}


async def test_what_was_written_in_the_form_comes_back_after_signing_in(house: DeskHouse, officer: Officer):
    house.pass_time(seconds=SESSION_FOR.total_seconds())
    await officer.post("/console/drafts", **WRITTEN)
    assert officer.status == 403
    assert "もう一度入ると、書いたものが戻ります" in officer.text
    await officer.post("/console/sign-in", **carried(officer), key="wrong", mode="live")
    assert "鍵" in officer.text
    await officer.post("/console/sign-in", **carried(officer), key=house.key, mode="live")
    assert "サインインし直しました" in officer.text
    assert re.search(r'name="at-whole" value="4" checked', officer.text)
    assert re.search(r'value="土砂災害" required checked', officer.text)
    assert re.search(r">新倉\s+下新倉</textarea>", officer.text)
    assert not officer.path.startswith("/console/drafts/"), "it is looked at again before it becomes a draft"
    await officer.post("/console/drafts", **WRITTEN)
    assert officer.path.startswith("/console/drafts/")


async def test_rewritten_texts_come_back_and_are_not_issued(house: DeskHouse, officer: Officer):
    path = await officer.draft(at__whole="4")
    fields = officer.texts() | {"headline-0": "書き直した見出し"}
    house.pass_time(seconds=SESSION_FOR.total_seconds())
    await officer.post(path, **fields, action="issue", level="4", municipality="和光市")
    await officer.post("/console/sign-in", **carried(officer), key=house.key, mode="live")
    assert (officer.path, house.count()) == (path, 0)
    assert "サインインし直しました" in officer.text
    assert officer.texts()["headline-0"] == "書き直した見出し"
    await officer.issue(path, "4")
    assert house.count() == 1


async def test_a_form_of_the_session_before_is_shown_again(house: DeskHouse, officer: Officer):
    before = officer.csrf
    await officer.post("/console/sign-out")
    await officer.sign_in(house.key, "live")
    officer.csrf = before
    await officer.post("/console/drafts", **WRITTEN)
    assert "サインインし直しました" in officer.text
    assert re.search(r'name="at-whole" value="4" checked', officer.text)


async def test_another_sites_form_is_neither_carried_nor_shown(house: DeskHouse, officer: Officer):
    officer.csrf, officer.origin = "guess", "https://elsewhere.example"
    await officer.post("/console/drafts", **WRITTEN)
    assert "読み込み直してください" in officer.text
    assert "土砂災害" not in officer.text
    house.pass_time(seconds=SESSION_FOR.total_seconds())
    await officer.post("/console/drafts", **WRITTEN)
    assert carried(officer) == {}
