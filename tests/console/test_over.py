"""What a tired officer can press once an order holds no longer."""

from console.desk_house import DeskHouse, Officer

from cap_formats.alert import MsgType


async def lifted(house: DeskHouse, officer: Officer) -> str:
    """Issue and lift an order of a place that no table knows; returns the path of the lift."""
    await officer.issue(
        await officer.draft(**{"at-typed": "4", "typed_names": "白子三丁目", "hazard": "土砂災害"}), "4"
    )
    house.pass_time(minutes=5)
    await officer.post(f"{officer.path}/lift", code="11229")
    await officer.issue(officer.path, "0")
    return officer.path


async def test_a_lift_is_not_offered_to_be_taken_back(house: DeskHouse, officer: Officer):
    path = await lifted(house, officer)
    text = await officer.get(f"{path}?code=11229")
    assert "解除ずみ" in text
    assert "いま取り消す" not in text
    assert "期限</dt>" not in text
    assert "card level l4" not in text
    await officer.post(f"{path}/cancel", code="11229", reason="誤って発信しました。", meant="yes")
    assert (officer.status, house.count()) == (409, 2)


async def test_what_was_lifted_is_issued_again_as_a_new_order(house: DeskHouse, officer: Officer):
    path = await lifted(house, officer)
    text = await officer.get(f"/console/compose?code=11229&again={path.rsplit('/', 1)[1]}")
    assert 'name="at-kept-白子三丁目" value="4" checked' in text
    assert 'value="土砂災害" required checked' in text
    again = path.rsplit("/", 1)[1]
    await officer.issue(await officer.draft(**{"at-kept-白子三丁目": "4", "hazard": "土砂災害", "again": again}), "4")
    alert = await house.newest()
    assert (alert.msg_type, alert.references) == (MsgType.ALERT, ())
    assert alert.infos[0].areas[0].area_desc == "和光市白子三丁目"
    assert house.holding() == [("避難指示", 4)]


async def test_the_list_offers_no_change_of_what_is_over(house: DeskHouse, officer: Officer):
    await lifted(house, officer)
    await officer.sign_in(house.key, "live")
    text = await officer.get("/console")
    assert "届いたか・もう一度発令" in text
    assert "変更・解除・取消" not in text
    assert "badge level l4" not in text


async def test_a_cancelled_order_does_not_look_in_force(house: DeskHouse, officer: Officer):
    await officer.issue(await officer.draft(**{"at-whole": "4"}), "4")
    assert "card level l4" in officer.text
    house.pass_time(seconds=2)
    await officer.post(f"{officer.path}/cancel", code="11229", reason="誤って発信しました。", meant="yes")
    assert "取消ずみ" in officer.text
    assert "card level l4" not in officer.text
    assert "期限</dt>" not in officer.text
    assert "もう一度発令する" not in officer.text
