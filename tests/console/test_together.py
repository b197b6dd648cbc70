"""Two officers, or two presses, at the same moment: one decision after the other, and none about what nobody saw."""

import asyncio

from console.desk_house import DeskHouse, Officer

from cap_formats.alert import MsgType

PRESSES = 5


async def first(officer: Officer) -> int:
    """Issue an order, and return its seq."""
    await officer.issue(await officer.draft(at__whole="4"), "4")
    return int(officer.path.rsplit("/", 1)[1])


async def press(officer: Officer, path: str, **fields: str) -> list[str]:
    return await asyncio.gather(*[officer.post(path, **fields) for _ in range(PRESSES)])


async def test_a_change_pressed_many_times_goes_out_once(house: DeskHouse, officer: Officer):
    seq = await first(officer)
    path = await officer.draft(at__whole="5", basis=str(seq))
    await press(officer, path, **officer.texts(), action="issue", level="5", municipality="和光市")
    assert house.count() == 2


async def test_a_cancel_pressed_many_times_goes_out_once(house: DeskHouse, officer: Officer):
    seq = await first(officer)
    pages = await press(
        officer, f"/console/orders/{seq}/cancel", code="11229", reason="誤って発信しました。", meant="yes"
    )
    assert house.count() == 2
    assert (await house.newest()).msg_type is MsgType.CANCEL
    assert all("取消ずみ" in page for page in pages), "whoever pressed second is shown what the first press did"


async def test_of_two_changes_of_one_order_the_second_is_stopped_and_its_words_are_kept(
    house: DeskHouse, officer: Officer
):
    seq = await first(officer)
    drafts = {}
    for level in ("3", "5"):
        path = await officer.draft(at__whole=level, basis=str(seq))
        drafts[path] = officer.texts() | {"action": "issue", "level": level, "municipality": "和光市"}
    pages = await asyncio.gather(*[officer.post(path, **fields) for path, fields in drafts.items()])
    assert house.count() == 2
    [stopped] = [page for page in pages if "この下書きはもう出せません" in page]
    assert 'name="level"' not in stopped, "what cannot go out asks for no read-back"
    assert "発令しました" in stopped


async def test_a_first_order_does_not_go_out_beside_one_that_its_officer_has_not_seen(
    house: DeskHouse, officer: Officer
):
    path = await officer.draft(at__whole="3")
    unseen = officer.texts()
    await first(officer)
    text = await officer.post(path, **unseen, action="issue", level="3", municipality="和光市")
    assert house.count() == 1
    assert "ほかの発令が出ました" in text
    assert "このまま出すと二重になります" in text
    await officer.issue(path, "3")  # now it was seen
    assert house.count() == 2
