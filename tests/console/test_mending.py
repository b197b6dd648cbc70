"""A slip in the form costs nothing of what was written."""

import pytest
from console.desk_house import DeskHouse, Officer


@pytest.mark.parametrize(
    ("slip", "said"),
    [
        ({"hazard": ""}, "災害の種類を選んでください"),
        ({"at-whole": "", "at-typed": "", "at-drawn": ""}, "レベルを選んだ場所がありません"),
        ({"typed_names": ""}, "書いた地区の名前がありません"),
        ({"drawn_name": ""}, "呼び名と三つ以上の角"),
        ({"at-typed": ""}, "書いた地区のレベルを選んでください"),
        ({"at-drawn": ""}, "描いた区域のレベルを選んでください"),
        ({"typed_names": "川ぞい"}, "同じ地区に二つのレベルがあります"),
        ({"drawn_polygon": "35.6,139.4 35.6,999 35.9,139.8"}, "緯度,経度の順"),
    ],
)
async def test_a_slip_keeps_the_form(house: DeskHouse, officer: Officer, slip: dict[str, str], said: str):
    written = {
        "hazard": "高潮",
        "at-whole": "3",
        "at-typed": "4",
        "typed_names": "白子三丁目",
        "at-drawn": "5",
        "drawn_name": "川ぞい",
        "drawn_polygon": "35.780,139.606 35.780,139.608 35.782,139.608",
    } | slip
    await officer.draft(**written)
    assert officer.status in {400, 422}
    assert said in officer.text
    for name in ("typed_names", "drawn_polygon"):
        assert f">{written[name]}</textarea>" in officer.text
    assert f'name="drawn_name" maxlength="60" value="{written["drawn_name"]}"' in officer.text
    for name in ("at-whole", "at-typed", "at-drawn"):
        assert f'name="{name}" value="{written[name]}" checked' in officer.text
    assert ('value="高潮" required checked' in officer.text) is bool(written["hazard"])
    assert house.count() == 0
