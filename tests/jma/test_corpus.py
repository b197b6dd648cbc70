"""Every official sample becomes an alert that says what the sample says of itself."""

import csv
from collections import Counter

import pytest
from corpus import corpus
from lxml import etree
from oracle import area_codes
from telegrams import CANCELS, CORRECTIONS, DRILLS, alert, decode, raw, samples, told_codes

from cap_formats import parameter
from cap_formats.alert import Alert, MsgType, Status
from cap_formats.cap.encode import encode_cap
from cap_formats.jma.area import TABLES

MISSING_CITIES = 70  # municipalities that have merged since their sample was made, and placeholders such as 0000000


def test_every_sample_decodes_and_counts_by_status() -> None:
    counts = Counter((alert(name).status.value, alert(name).msg_type.value) for name in samples())
    print(*sorted(counts.items()), sep="\n")
    assert len(samples()) == 376
    assert Counter(alert(name).status for name in samples()) == {
        Status.ACTUAL: 360,
        Status.EXERCISE: 15,
        Status.TEST: 1,
    }


def test_drills_are_exercises_and_say_so() -> None:
    drills = [name for name in samples() if alert(name).status is Status.EXERCISE]
    assert sorted(drills) == sorted(DRILLS)
    for name in drills:
        for info in alert(name).infos:
            assert info.headline is not None
            assert info.headline.startswith("【訓練】"), name
            assert info.parameter(parameter.TRAINING) == "true", name


def test_nothing_else_is_marked_as_a_drill() -> None:
    for name in samples():
        if alert(name).status is Status.ACTUAL:
            for info in alert(name).infos:
                assert "訓練】" not in (info.headline or ""), name
                assert info.parameter(parameter.TRAINING) is None, name


def test_cancels() -> None:
    assert sorted(name for name in samples() if alert(name).msg_type is MsgType.CANCEL) == sorted(CANCELS)
    for name in CANCELS:
        (info,) = alert(name).infos
        assert [response.value for response in info.response_type] == ["AllClear"], name
        assert info.description or info.headline, name


def test_corrections_are_updates_with_a_note() -> None:
    assert sorted(name for name in samples() if alert(name).note == "訂正") == sorted(CORRECTIONS)
    assert {alert(name).msg_type for name in CORRECTIONS} == {MsgType.UPDATE}


@pytest.mark.parametrize("family", sorted({name.rsplit("_", 1)[1] for name in samples()}))
def test_area_codes_are_those_of_the_telegram(family: str) -> None:
    for name in samples():
        if name.endswith(family):
            found = {code for info in alert(name).infos for code in told_codes(info)}
            assert found == area_codes(raw(name)), name


def test_no_area_twice_in_one_info_and_each_with_a_name() -> None:
    for name in samples():
        for info in alert(name).infos:
            listed = [code for area in info.areas for code in area.geocodes]
            assert len(listed) == len(set(listed)), name
            assert all(area.area_desc.strip() for area in info.areas), name


def test_codes_are_in_the_table_that_they_are_said_to_be_in() -> None:
    tables = {path.stem: path for path in corpus("tables", "jma").glob("*.csv")}
    missing: dict[str, set[str]] = {}
    for name in samples():
        for area in (area for info in alert(name).infos for area in info.areas):
            for code in area.geocodes:
                missing.setdefault(code.value_name.removeprefix("JMA_"), set()).add(code.value)
    for table in set(missing) & set(tables):
        with tables[table].open(encoding="utf-8-sig") as file:
            known = {cell.strip() for row in csv.reader(file) for cell in row}
        # AreaForecast.csv has lost the leading zeros of its codes.
        missing[table] = {code for code in missing[table] if code not in known and code.lstrip("0") not in known}
    assert len(missing.pop("AreaInformationCity")) <= MISSING_CITIES
    assert missing["AreaForecastLocalM"] == {"990000", "132100", "180030", "180040"}
    for table in ("AreaTsunami", "CoastTsunami", "PointVolcano", "AreaMarineA", "AreaMarineJ", "AreaForecastEEW"):
        assert missing[table] == set(), table
    for table in ("AreaForecastLocalEEW", "AreaInformationPrefectureEarthquake"):
        assert missing[table] == set(), table


def test_every_code_type_of_the_samples_has_a_table_or_is_told_verbatim() -> None:
    areas = [area for name in samples() for info in alert(name).infos for area in info.areas]
    names = {code.value_name for area in areas for code in area.geocodes}
    assert names - set(TABLES.values()) == {"JMA_水位周知河川に関する情報（発表区間）", "JISX0401"}


def test_identifiers_differ_and_follow_the_bytes() -> None:
    identifiers = [alert(name).identifier for name in samples()]
    assert len(set(identifiers)) == len(identifiers)
    assert all(identifier.isascii() and not set(identifier) & set(" ,<&") for identifier in identifiers)
    assert decode(raw(samples()[0])).identifier == identifiers[0]


def test_chains_join_a_series_and_nothing_else() -> None:
    chains: dict[str, set[tuple[str, tuple[str, ...]]]] = {}
    for name in samples():
        title = alert(name).infos[0].parameter(parameter.TELEGRAM) or ""
        # （Ｈ２８） marks the year of the form; it is the same series.
        chains.setdefault(alert(name).chain, set()).add((title.partition("（Ｈ")[0], alert(name).incidents[:1]))
    assert {chain: kinds for chain, kinds in chains.items() if len(kinds) > 1} == {}
    assert alert("38-39_02_03_250206_VTSE51").chain == "jma:vtse51:20151114055157"
    assert len(alert("38-39_02_03_250206_VTSE51").incidents) == 2


def test_alerts_survive_json() -> None:
    for name in samples():
        assert Alert.from_json(alert(name).to_json()) == alert(name), name


def test_alerts_are_valid_cap() -> None:
    schema = etree.XMLSchema(etree.parse(str(corpus("corpus", "cap", "schema", "cap12.xsd"))))
    for name in samples():
        schema.assertValid(etree.fromstring(encode_cap(alert(name))))


def test_an_end_is_after_the_announcement() -> None:
    for name in samples():
        for info in alert(name).infos:
            assert info.expires is None or info.expires > alert(name).sent, name
