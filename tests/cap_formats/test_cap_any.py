"""Any alert that CAP can say comes back as itself, and what is written follows the standards' schemas."""

import functools
import string
from datetime import UTC, datetime, timedelta, timezone

import msgspec
from cap_document import standard_schema
from corpus import corpus
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from relax_ng_compact import schema_of

from cap_formats.alert import (
    Alert,
    Area,
    Category,
    Certainty,
    Info,
    MsgType,
    NamedValue,
    Reference,
    Resource,
    ResponseType,
    Scope,
    Severity,
    Status,
    Urgency,
)
from cap_formats.cap.text import write_time
from cap_formats.decode import decode, decode_parts
from cap_formats.encode import encode
from cap_formats.part import Good

# What XML can carry and its readers do not change: no control characters, no lone surrogates, no carriage return.
CHARACTERS = st.characters(
    exclude_categories=("Cs", "Cc"), include_characters="\t\n", exclude_characters="\ufffe\uffff"
)
TEXT = st.text(CHARACTERS, max_size=12).filter(lambda text: not text.lstrip().startswith("【"))
NAME = st.text(string.ascii_letters + string.digits + "@.-:高梁", min_size=1, max_size=10)
# CAP's times have whole seconds; an offset of nothing is written as -00:00 and read as UTC.
ZONES = st.sampled_from([UTC, *(timezone(timedelta(minutes=m)) for m in (540, -300, 330, 1, -1))])
TIME = st.datetimes(datetime(1950, 1, 1), datetime(2199, 1, 1), timezones=ZONES).map(lambda t: t.replace(microsecond=0))  # noqa: DTZ001 - the zone is drawn
DEGREE = st.integers(-8000, 8000).map(lambda n: f"{n / 100:.2f}")


@st.composite
def polygons(draw: st.DrawFn) -> str:
    pairs = [f"{draw(DEGREE)},{draw(DEGREE)}" for _ in range(draw(st.integers(3, 6)))]
    return " ".join([*pairs, pairs[0]])


PAIR = st.builds(NamedValue, NAME, TEXT)
WORD = st.text(string.ascii_letters + "消防 \u3000", min_size=1, max_size=8)
HEIGHTS = st.sampled_from([(None, None), ("10", None), ("-010.50", "+20")])
AREAS = st.builds(
    lambda heights, **fields: Area(altitude=heights[0], ceiling=heights[1], **fields),
    HEIGHTS,
    area_desc=TEXT,
    polygons=st.lists(polygons(), max_size=2).map(tuple),
    circles=st.lists(st.builds("{},{} {}".format, DEGREE, DEGREE, st.integers(0, 99)), max_size=2).map(tuple),
    geocodes=st.lists(PAIR, max_size=3).map(tuple),
)
RESOURCES = st.builds(
    Resource,
    resource_desc=TEXT,
    mime_type=TEXT,
    size=st.none() | st.integers(0, 1 << 40),
    uri=st.none() | st.just("http://example.jp/a.png"),
    digest=st.none() | NAME,
)


def some(values: st.SearchStrategy[object], most: int = 3) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(values, max_size=most).map(tuple)


@st.composite
def infos(draw: st.DrawFn, sent: datetime) -> Info:
    effective = draw(st.none() | st.just(sent + timedelta(hours=1)))
    implied = draw(st.booleans())
    return Info(
        language="en-US" if implied else draw(st.sampled_from(["ja", "en-US", "ja-x-easy"])),
        language_implied=implied,
        category=tuple(draw(st.lists(st.sampled_from(Category), min_size=1, max_size=3))),
        event=draw(TEXT.filter(str.strip)),
        response_type=draw(some(st.sampled_from(ResponseType))),
        urgency=draw(st.sampled_from(Urgency)),
        severity=draw(st.sampled_from(Severity)),
        certainty=draw(st.sampled_from(Certainty)),
        audience=draw(st.none() | TEXT),
        event_codes=draw(some(PAIR)),
        effective=effective,
        onset=draw(st.none() | TIME),
        expires=draw(st.none() | st.just(sent + timedelta(days=1))),
        sender_name=draw(st.none() | TEXT),
        headline=draw(st.none() | TEXT),
        description=draw(st.none() | TEXT),
        instruction=draw(st.none() | TEXT),
        web=draw(st.none() | st.just("https://example.jp/")),
        contact=draw(st.none() | TEXT),
        parameters=draw(some(PAIR)),
        resources=draw(some(RESOURCES, 1)),
        areas=draw(some(AREAS, 2)),
    )


REFERENCES = st.builds(lambda a, b, t: Reference(a, b, write_time(t)), NAME, st.just("earlier"), TIME)


@st.composite
def alerts(draw: st.DrawFn) -> Alert:
    sent = draw(TIME)
    kind = draw(st.sampled_from(MsgType))
    scope = draw(st.sampled_from(Scope))
    least = 0 if kind is MsgType.ALERT else 1
    return Alert(
        identifier=draw(NAME),
        sender=draw(NAME),
        sent=sent,
        status=draw(st.sampled_from(Status)),
        msg_type=kind,
        source=draw(st.none() | TEXT),
        scope=scope,
        restriction="staff" if scope is Scope.RESTRICTED else draw(st.none() | TEXT),
        addresses=tuple(draw(st.lists(WORD, min_size=int(scope is Scope.PRIVATE), max_size=2))),
        codes=draw(some(TEXT)),
        note=draw(st.none() | TEXT),
        references=tuple(draw(st.lists(REFERENCES, min_size=least, max_size=2))),
        incidents=draw(some(WORD)),
        infos=draw(some(infos(sent), 2)),
        source_format="cap12",
        raw_digest="",
        chain="",
        place=(),
    )


def said(alert: Alert) -> Alert:
    """An alert without what its bytes and its reader gave it."""
    return msgspec.structs.replace(alert, raw_digest="", chain="", place=())


@functools.cache
def atom_schema() -> etree.RelaxNG:
    return schema_of(corpus("corpus", "cap", "schema", "atom_rfc4287.rng").read_text())


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(alerts())
def test_any_alert_comes_back_as_itself(alert: Alert):
    written = encode(alert, "cap")
    assert standard_schema().validate(etree.fromstring(written)), standard_schema().error_log
    (again,) = decode(written)
    assert said(again) == alert
    assert encode(again, "cap") == written


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(alerts())
def test_any_alert_comes_back_from_an_atom_entry(alert: Alert):
    written = encode(alert, "atom")
    assert atom_schema().validate(etree.fromstring(written)), atom_schema().error_log
    (part,) = decode_parts(written)
    assert isinstance(part, Good)
    assert said(part.alert) == alert
