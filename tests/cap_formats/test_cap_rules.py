"""The rules that the schema cannot say: each is broken once, and each names its line and path."""

import msgspec
import pytest
from cap_document import DECODED, corpus_document, document

from cap_formats.alert import Status
from cap_formats.cap.rule import RULES, check_rules
from cap_formats.decode import decode
from cap_formats.problem import FormatError, MessageHeldError, MessageRuleError

UPDATE = ("<msgType>Alert", "<msgType>Update")
REFERENCES = "/alert/references"
INFO = "/alert/info"
AREA = "/alert/info/area"
SENT_PATH = "/alert/sent"
RESTRICTION = "/alert/restriction"
PARAMETER = "/alert/info/parameter"


def references(text: str) -> tuple[str, str]:
    return ("</scope>", f"</scope><references>{text}</references>")


def polygon(text: str) -> tuple[str, str]:
    return ("34.7,133.5 34.8,133.5 34.8,133.7 34.7,133.5", text)


def circle(text: str) -> tuple[str, str]:
    return ("34.79,133.61 2.5", text)


SENT = "2026-06-30T09:00:00+09:00"
REFUSED = [
    (("abc-1", "abc,1"), "cap-id", 3, "/alert/identifier"),
    (("abc-1", "abc 1"), "cap-id", 3, "/alert/identifier"),
    (("abc-1", "abc&amp;1"), "cap-id", 3, "/alert/identifier"),
    (("abc-1", "abc&lt;1"), "cap-id", 3, "/alert/identifier"),
    (("abc-1", ""), "cap-id", 3, "/alert/identifier"),
    (("bousai@city", "bousai city"), "cap-id", 4, "/alert/sender"),
    (("2026-07-01T09:00:00+09:00</s", "9999-07-01T09:00:00+09:00</s"), "cap-time-out-of-range", 5, SENT_PATH),
    (("2026-07-01T21:00:00", "9999-12-31T24:00:00"), "cap-time-out-of-range", 17, f"{INFO}/expires"),
    (UPDATE, "cap-references-missing", 2, REFERENCES),
    (("<msgType>Alert", "<msgType>Cancel"), "cap-references-missing", 2, REFERENCES),
    (("<msgType>Alert", "<msgType>Ack"), "cap-references-missing", 2, REFERENCES),
    (("<msgType>Alert", "<msgType>Error"), "cap-references-missing", 2, REFERENCES),
    (references("a,b"), "cap-references-malformed", 8, REFERENCES),
    (references(f"a,b,{SENT},d"), "cap-references-malformed", 8, REFERENCES),
    (references(f"a,b,{SENT} ,b,{SENT}"), "cap-references-malformed", 8, REFERENCES),
    (references("a,b,2026-06-30T00:00:00Z"), "cap-references-malformed", 8, REFERENCES),
    (references("a,b,2026-06-31T00:00:00+09:00"), "cap-references-malformed", 8, REFERENCES),
    (references("bousai@city.example.jp,abc-1,2026-07-01T09:00:00+09:00"), "cap-references-itself", 8, REFERENCES),
    (("Public", "Restricted"), "cap-restriction-missing", 2, RESTRICTION),
    (("Public</scope>", "Restricted</scope><restriction> </restriction>"), "cap-restriction-missing", 8, RESTRICTION),
    (("Public", "Private"), "cap-addresses-missing", 2, "/alert/addresses"),
    (("Public</scope>", "Private</scope><addresses/>"), "cap-addresses-missing", 8, "/alert/addresses"),
    (("<event>大雨</event>", "<event></event>"), "cap-event-empty", 12, f"{INFO}/event"),
    (("<event>大雨</event>", "<event> \n</event>"), "cap-event-empty", 12, f"{INFO}/event"),
    (("2026-07-01T21:00:00", "2026-07-01T08:59:59"), "cap-expires-early", 17, f"{INFO}/expires"),
    (("2026-07-01T09:00:00+09:00</eff", "2026-07-02T09:00:00+09:00</eff"), "cap-expires-early", 17, f"{INFO}/expires"),
    (polygon("34.7,133.5 34.8,133.5 34.8,133.7 34.7,133.6"), "cap-polygon", 22, f"{AREA}/polygon"),
    (polygon("34.7,133.5 34.8,133.5 34.7,133.5"), "cap-polygon", 22, f"{AREA}/polygon"),
    (polygon("34.7 133.5 34.8 133.5 34.8 133.7 34.7 133.5"), "cap-polygon", 22, f"{AREA}/polygon"),
    (polygon("34.7,133.5 34.8,133.5, 34.8,133.7 34.7,133.5"), "cap-polygon", 22, f"{AREA}/polygon"),
    (polygon("133.5,34.7 133.5,34.8 133.7,34.8 133.5,34.7"), "cap-polygon", 22, f"{AREA}/polygon"),
    (polygon("34.7,180.5 34.8,180.5 34.8,180.7 34.7,180.5"), "cap-polygon", 22, f"{AREA}/polygon"),
    (polygon("nan,1 nan,2 nan,3 nan,1"), "cap-polygon", 22, f"{AREA}/polygon"),
    (polygon(""), "cap-polygon", 22, f"{AREA}/polygon"),
    (circle("34.79,133.61"), "cap-circle", 23, f"{AREA}/circle"),
    (circle("34.79,133.61 -1"), "cap-circle", 23, f"{AREA}/circle"),
    (circle("133.61,34.79 2"), "cap-circle", 23, f"{AREA}/circle"),
    (circle("34.79,133.61,2"), "cap-circle", 23, f"{AREA}/circle"),
    (circle("34.79,190 2"), "cap-circle", 23, f"{AREA}/circle"),
    (("</geocode>", "</geocode><ceiling>5</ceiling>"), "cap-ceiling", 24, f"{AREA}/ceiling"),
]  # fmt: skip
HELD = [
    (("避難指示", "【訓練】避難指示"), 18, f"{INFO}/headline"),
    (("避難指示", "\u3000【試験】避難指示"), 18, f"{INFO}/headline"),
    (("<event>大雨", "<event>【訓練】大雨"), 12, f"{INFO}/event"),
    (("</scope>", "</scope><note>【訓練】</note>"), 8, "/alert/note"),
    (("</headline>", "</headline><description>【訓練】</description>"), 18, f"{INFO}/description"),
    (("<valueName>jp:level</valueName><value>4", "<valueName>jp:training</valueName><value>true"), 19, PARAMETER),
]  # fmt: skip


def refusal(data: bytes) -> FormatError:
    with pytest.raises(FormatError) as caught:
        decode(data)
    return caught.value


@pytest.mark.parametrize(("change", "code", "line", "path"), REFUSED)
def test_a_broken_rule_is_refused(change: tuple[str, str], code: str, line: int, path: str):
    error = refusal(document(change))
    assert isinstance(error, MessageRuleError)
    assert (error.code, error.line, error.path) == (code, line, path)


@pytest.mark.parametrize(("change", "line", "path"), HELD)
def test_a_drill_that_is_called_actual_is_held(change: tuple[str, str], line: int, path: str):
    error = refusal(document(change))
    assert isinstance(error, MessageHeldError)
    assert (error.code, error.line, error.path) == ("status-contradiction", line, path)


def test_an_exercise_that_denies_being_one_is_held():
    said = ("<valueName>jp:level</valueName><value>4", "<valueName>jp:training</valueName><value>false")
    error = refusal(document(("Actual", "Exercise"), said))
    assert isinstance(error, MessageHeldError)
    assert error.code == "status-contradiction"


def test_a_drill_that_says_so_everywhere_is_taken():
    said = ("<valueName>jp:level</valueName><value>4", "<valueName>jp:training</valueName><value>true")
    (alert,) = decode(document(("Actual", "Exercise"), said, ("避難指示", "【訓練】避難指示")))
    assert alert.status is Status.EXERCISE


def test_every_rule_is_broken_by_a_test():
    assert {rule.code for rule in RULES} == {code for _, code, _, _ in REFUSED} | {"status-contradiction"}


@pytest.mark.parametrize("name", DECODED)
def test_no_valid_document_of_the_corpus_is_refused(name: str):
    assert len(decode(corpus_document(name))) == 1


def test_an_update_with_empty_references_is_refused_though_the_schema_lets_it_pass():
    error = refusal(corpus_document("canada_errors.cap"))
    assert (error.code, error.line, error.path) == ("cap-references-missing", 12, REFERENCES)


@pytest.mark.parametrize(
    "change",
    [
        polygon("+34.70,133.5 34.8,133.5\n 34.8,133.7\t34.7,133.50"),
        polygon("90,-180 -90.0,-180 -90,180.0 90,180 90,-180"),
        polygon("0.5,0.25 00.5,017.5 1.,9.5 0.5,0.25"),
        circle("-34.79,-133.61 0"),
        circle(" 34.79,133.61\n2.5 "),
        ("2026-07-01T21:00:00+09:00", "2026-07-01T09:00:00+09:00"),
        ("2026-07-01T21:00:00+09:00", "2026-07-01T24:00:00+09:00"),
        ("</scope>", "</scope><references/>"),
        ("Public</scope>", "Private</scope><addresses>a@example.jp</addresses>"),
        ("Public</scope>", "Restricted</scope><restriction>staff</restriction>"),
    ],
)
def test_what_the_standard_allows_is_taken(change: tuple[str, str]):
    assert len(decode(document(change))) == 1


def test_the_path_counts_where_elements_repeat():
    twice = (
        "</circle>",
        "</circle><circle>1,2 -3</circle>",
    )
    assert refusal(document(twice)).path == "/alert/info/area/circle[2]"


def test_an_alert_without_its_document_is_checked_too():
    (alert,) = decode(document())
    with pytest.raises(MessageRuleError) as caught:
        check_rules(msgspec.structs.replace(alert, identifier="a b"))
    assert (caught.value.line, caught.value.path) == (None, "/alert/identifier")


def test_a_chain_is_named_by_the_oldest_reference():
    earlier = f"x,newer,{SENT} x,older,2026-06-30T00:00:00-00:00 x,newest,2026-06-30T10:00:00+09:00"
    (alert,) = decode(document(UPDATE, references(earlier)))
    assert alert.chain == "cap:x,newer"  # 00:00 UTC is 09:00 in Japan; of equals the first
    (first,) = decode(document())
    assert first.chain == "cap:bousai@city.example.jp,abc-1"
    assert first.place == (int(first.sent.timestamp()),)
