"""Settings that would leave an operator in the dark are refused at the start."""

import msgspec
import pytest

from ops.settings import parse_settings

LINE = '{name = "正", port = 36000}'


@pytest.mark.parametrize(
    "text",
    [
        f'[jalert]\nhere = ["33"]\nlines = [{LINE}, {LINE}]',
        f'[jalert]\nhere = ["33"]\nlines = [{LINE}]\nindexes = [{{name = "正", url = "http://192.0.2.8/"}}]',
        '[qzss]\nantennas = [{name = "屋上", path = "/dev/a"}, {name = "屋上", path = "/dev/b"}]',
    ],
)
def test_two_ways_in_of_one_name_are_refused(text: str):
    with pytest.raises(msgspec.ValidationError, match="a name of its own"):
        parse_settings(text)


def test_ways_in_of_different_names_are_not():
    other = LINE.replace("正", "副")
    assert len(parse_settings(f'[jalert]\nhere = ["33"]\nlines = [{LINE}, {other}]').jalert.lines) == 2
