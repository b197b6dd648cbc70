from datetime import UTC, datetime, timedelta

from cap_formats.hours import hours, moment


def test_hours_are_said_as_on_a_clock_in_japan():
    start = datetime.fromisoformat("2026-07-01T21:00:00+09:00")
    assert hours(start, start + timedelta(hours=3), "ja") == "1日21時〜24時"
    assert hours(start, start + timedelta(hours=6), "ja") == "1日21時〜2日3時"
    assert hours(start + timedelta(hours=3), start + timedelta(hours=6), "ja") == "2日0時〜3時"
    assert hours(start + timedelta(minutes=20), start + timedelta(hours=1), "ja") == "1日21時20分〜22時"
    assert hours(start, start + timedelta(hours=3), "en") == "21:00–24:00 on 1 July"
    assert hours(start, start + timedelta(hours=6), "en") == "21:00 on 1 July–03:00 on 2 July"
    assert moment(start + timedelta(hours=3), "ja") == "1日24時"
    assert moment(start + timedelta(hours=3), "en") == "24:00 on 1 July"
    assert moment(start + timedelta(hours=3), "ja", is_end=False) == "2日0時"
    assert moment(start.astimezone(UTC), "ja") == "1日21時"


def test_what_has_begun_goes_from_now_on_and_says_its_day():
    start = datetime.fromisoformat("2026-07-01T21:00:00+09:00")
    end = start + timedelta(hours=3)
    assert hours(start, end, "ja", start) == "いま〜1日24時"
    assert hours(start, end, "en", start) == "now–24:00 on 1 July"
    assert hours(start, end, "ja", start - timedelta(minutes=1)) == "1日21時〜24時"
