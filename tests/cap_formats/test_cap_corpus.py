"""What becomes of every file of the corpus of CAP, Atom, RSS and EDXL-DE documents, and why."""

import pytest
from corpus import corpus

from cap_formats.decode import decode_parts
from cap_formats.part import Bad, Part
from cap_formats.problem import FormatError

IPAWS_PLACE = ("ipaws-location",)  # claims IPAWSv1.0 and has a circle alone
SEVEN = (("cap12", ()),) * 7

# file -> what its parts become: (source format, codes of the notes) or the code of the error; a code alone: the whole.
EXPECTED: dict[str, tuple[object, ...] | str] = {
    "amber.atom": (("cap11", ()),),  # one entry with its alert inside
    "australia.cap": (("cap12", ()),),
    "bushfire_invalid.edxlde": (  # one alert of six has no content, one an urgency Foobar; the others are whole
        ("cap12", ()), "cap-element", "cap-value", *(("cap12", ()),) * 4,
    ),
    "bushfire_valid.edxlde": SEVEN,
    "canada.cap": (("cap12", ()),),
    "canada_errors.cap": "cap-references-missing",  # an Update whose references are empty
    "canada_signed.atom": (("cap12", ()),),
    "canada_signed.cap": (("cap12", ()),),
    "earthquake-iso8859-1.cap": (("cap12", IPAWS_PLACE),),
    "earthquake.cap": (("cap11", IPAWS_PLACE),),
    "earthquake_index.atom": "feed-without-alerts",  # links alone, to CAP documents
    "earthquake_signed.cap": (("cap11", IPAWS_PLACE),),  # 1.1 has no room for a signature, its text does (3.3.2.1)
    "empty_weather_index.atom": "feed-empty",
    "invalid.cap": "cap-element",  # no scope
    "invalid.rss": "feed-without-alerts",  # one item with nothing in it
    "invalid_element.atom": "feed-without-alerts",  # an entry with empty content; the foreign element is no matter
    "no_entries.atom": "feed-empty",  # its alert stands in the feed, not in an entry: foreign markup (RFC 4287, 6.4)
    "no_id.atom": "feed-without-alerts",
    "no_link.atom": "feed-without-alerts",
    "no_optional_fields.cap": (("cap11", ()),),  # without an info, as the standard allows
    "no_title.atom": "feed-without-alerts",
    "noaa_errors.cap": "cap-value",  # empty urgency, severity and certainty
    "ny_index.rss": "feed-without-alerts",  # links alone
    "wcatwc-warning.cap": (("cap12", ()),),
    "weather.atom": (("cap11", ()),),
    "weather.cap": (("cap11", ()),),
    "weather_index.atom": "feed-without-alerts",  # links, with CAP's words of 1.1 beside them
    "weather_invalid.atom": ("cap-id",),  # an identifier with a comma and a space
    "xee.atom": "xml-entities",  # a DTD that would fetch and read files
    "xee.cap": "xml-entities",
}  # fmt: skip


def became(part: Part) -> object:
    if isinstance(part, Bad):
        return part.error.code
    return part.alert.source_format, tuple(note.code for note in part.notes)


def test_every_file_is_in_the_table():
    folder = corpus("corpus", "cap")
    assert {path.name for path in folder.iterdir() if path.is_file() and path.suffix != ".pem"} == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_it_becomes_what_it_should(name: str):
    data = corpus("corpus", "cap", name).read_bytes()
    try:
        found: object = tuple(became(part) for part in decode_parts(data))
    except FormatError as error:
        found = error.code
    assert found == EXPECTED[name]


def test_an_index_says_where_its_alerts_lie():
    for name, link in (
        ("ny_index.rss", "capID=NYAlert-ALLHAZALERT-3167113"),
        ("earthquake_index.atom", "/catalogs/cap/us2010apcd"),  # the one that says it is CAP, not the page for people
        ("weather_index.atom", "wwacapget.php?x=CT20100831030400OKXAirQualityAlert"),
    ):
        with pytest.raises(FormatError) as caught:
            decode_parts(corpus("corpus", "cap", name).read_bytes())
        assert link in caught.value.sentence
