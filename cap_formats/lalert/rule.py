"""What a document of L-Alert must satisfy before its body is looked at: one row a rule.

Source: コモンズEDXL and PCXML as two senders keep them (FORMATS 1.4, 1.5), and what went wrong in the field (1.8). The
type of the distribution is judged here, before the body, because a Cancel sends its body again unchanged.
"""

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from cap_formats.alert import Status
from cap_formats.drill import calls_itself_drill
from cap_formats.lalert.document import Document
from cap_formats.lalert.urgent_mail import NAME as URGENT_MAIL
from cap_formats.lalert.urgent_mail import NEW_ONLY, NEW_ONLY_SENTENCE
from cap_formats.problem import FormatError, MessageHeldError, MessageRuleError

REPORT: Final = "Report"
UPDATE: Final = "Update"
CANCEL: Final = "Cancel"
TYPES: Final = (REPORT, UPDATE, CANCEL)
STATUSES: Final = ("Actual", "Exercise", "System", "Test")
NOT_PUBLIC: Final = frozenset({"System", "Test"})
"""テスト is Test for one sender and System for another; both say the same: not for the public."""

# Heads of documentIDs on the centre's test node. ``act`` is the real one; ``jtk`` and ``ttk`` exist, and no public
# source says what they mean, so they are not here.
TEST_HEADS: Final = ("tdv", "jdv")

STATUS_UNKNOWN: Final = "status-unknown"
STATUS_CONTRADICTION: Final = "status-contradiction"
TEST_DOCUMENT: Final = "lalert-test-document"
DOUBTS: Final = frozenset({STATUS_UNKNOWN, STATUS_CONTRADICTION, TEST_DOCUMENT})
"""What is held because it may be a drill or not; a person who knows settles that by choosing the status."""


class Rule(NamedTuple):
    """One rule: stable code, what it asks for, what is found where it is broken (None: it is kept), and the error."""

    code: str
    sentence: str
    check: Callable[[Document], str | None]
    error: type[FormatError] = MessageRuleError
    path: str = ""


_ENVELOPE: Final = "/EDXLDistribution"
_CONTENT: Final = f"{_ENVELOPE}/contentObject"
_REPORT: Final = f"{_CONTENT}/xmlContent/embeddedXMLContent/Report"


def check_rules(document: Document, rules: "Iterable[Rule] | None" = None) -> None:
    """Raise the error of the first rule that is broken: MessageRuleError, or MessageHeldError for what a person must
    decide.
    """
    for rule in RULES if rules is None else rules:
        found = rule.check(document)
        if found is not None:
            raise rule.error(rule.code, f"{rule.sentence}; {found}.", path=rule.path or None)


def check_words(status: Status, texts: Iterable[str | None]) -> None:
    """Hold what is Actual and calls itself a drill. Raises MessageHeldError ``status-contradiction``."""
    if status is not Status.ACTUAL:
        return
    for text in texts:
        if text and calls_itself_drill(text):
            raise MessageHeldError(
                STATUS_CONTRADICTION,
                f"distributionStatus is Actual but the words say that this is a drill: {text[:40]!r}.",
                path=f"{_ENVELOPE}/distributionStatus",
            )


def statuses_agree(one: str, other: str) -> bool:
    """Tell whether two places say the same of a drill."""
    return one == other or {one, other} <= NOT_PUBLIC


def _missing(document: Document) -> str | None:
    envelope = document.distribution
    held = {
        "distributionID": envelope.distribution_id,
        "senderID": envelope.sender_id,
        "dateTimeSent": envelope.sent,
        "distributionStatus": envelope.status,
        "distributionType": envelope.type,
    }
    absent = [name for name, value in held.items() if value is None]
    return f"{', '.join(absent)} is missing or no such value" if absent else None


def _status_unknown(document: Document) -> str | None:
    status = document.distribution.status or ""
    return None if status in STATUSES else f"it is {status!r}"


def _statuses(document: Document) -> str | None:
    outer, inner = document.distribution.status or "", document.report.control.status
    if inner is None or statuses_agree(outer, inner):
        return None
    return f"the envelope says {outer} and Control says {inner}"


def _type(document: Document) -> str | None:
    return None if document.type in TYPES else f"it is {document.type!r}"


def _no_document(document: Document) -> str | None:
    if document.document_id and document.revision:
        return None
    return f"documentID is {document.document_id!r} and documentRevision {document.revision}"


def _twice(document: Document) -> str | None:
    envelope, content, head = document.distribution, document.content, document.report.head
    pairs = (
        ("distributionID", envelope.distribution_id, head.distribution_id),
        ("distributionType", envelope.type, head.type),
        ("documentID", content.document_id, head.document_id),
        ("documentRevision", content.revision, head.revision),
        ("previousDocumentRevision", content.previous_revision, head.previous_revision),
        ("category", content.category, document.report.control.title),
    )
    for name, outer, inner in pairs:
        if outer is not None and inner is not None and outer != inner:
            return f"{name} is {outer!r} in the envelope and {inner!r} in the report"
    return None


def _revision(document: Document) -> str | None:
    revision = document.revision or 0
    if document.type == REPORT and revision != 1:
        return f"this is a Report of revision {revision}"
    if document.type != REPORT and revision == 1:
        return f"this is a {document.type} of revision 1"
    previous = document.content.previous_revision
    if previous and previous != revision - 1:
        return f"revision {revision} says that it follows {previous}"
    return None


def _errata(document: Document) -> str | None:
    errata = document.report.control.errata
    if document.type == CANCEL and (errata is None or errata.description is None):
        return "this Cancel has none"
    return None


def _urgent_mail(document: Document) -> str | None:
    if document.category == URGENT_MAIL and document.type != REPORT:
        return f"this is {document.type} of {document.document_id}"
    return None


def _test_document(document: Document) -> str | None:
    live = document.distribution.status == Status.ACTUAL
    if live and document.document_id.lower().startswith(TEST_HEADS):
        return f"documentID is {document.document_id} and distributionStatus Actual"
    return None


ENVELOPE_RULES: Final = (
    Rule("lalert-element-missing", "The envelope says what it is, whose and when", _missing, path=_ENVELOPE),
    Rule(
        STATUS_UNKNOWN,
        "distributionStatus is Actual, Exercise, System or Test",
        _status_unknown,
        MessageHeldError,
        f"{_ENVELOPE}/distributionStatus",
    ),
    Rule("lalert-type", "distributionType is Report, Update or Cancel", _type, path=f"{_ENVELOPE}/distributionType"),
)
"""For whatever the envelope holds."""

RULES: Final = (
    *ENVELOPE_RULES,
    Rule(
        STATUS_CONTRADICTION,
        "All that says whether this is a drill must agree",
        _statuses,
        MessageHeldError,
        f"{_REPORT}/Control/distributionStatus",
    ),
    Rule(
        "lalert-document-missing",
        "A document has a documentID and a documentRevision from 1",
        _no_document,
        path=f"{_CONTENT}/documentID",
    ),
    Rule("lalert-contradiction", "What stands in two places says the same in both", _twice, MessageHeldError, _CONTENT),
    Rule(
        NEW_ONLY,
        NEW_ONLY_SENTENCE,
        _urgent_mail,
        path=f"{_ENVELOPE}/distributionType",
    ),
    Rule(
        "lalert-revision",
        "A Report is revision 1 of a new documentID; Update and Cancel count on by one under the same",
        _revision,
        path=f"{_CONTENT}/documentRevision",
    ),
    Rule(
        "lalert-errata-missing",
        "A Cancel says in Control/Errata/Description what was wrong",
        _errata,
        path=f"{_REPORT}/Control/Errata",
    ),
    Rule(
        TEST_DOCUMENT,
        "A document of the test node is never Actual",
        _test_document,
        MessageHeldError,
        f"{_CONTENT}/documentID",
    ),
)
"""For PCXML."""
