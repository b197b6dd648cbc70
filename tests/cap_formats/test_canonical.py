"""An alert in JSON is asked all that CAP's own XML is asked, and what may mislead waits for a person in either form."""

import pytest
from cap_document import document

from cap_formats.decode import decode_parts
from cap_formats.part import Good
from cap_formats.problem import MessageHeldError

CODE = "<eventCode><valueName>SAME</valueName><value>RWT</value></eventCode>"
FILE = (
    "<resource><resourceDesc>図</resourceDesc><mimeType>image/png</mimeType><derefUri>YQ==</derefUri>"
    f"<digest>{'0' * 40}</digest></resource>"
)
PROFILE = ("<scope>Public</scope>", "<scope>Public</scope><code>profile:noroshi:jp:1.0</code>")


def held(raw: bytes) -> MessageHeldError:
    with pytest.raises(MessageHeldError) as caught:
        decode_parts(raw)
    return caught.value


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("event-code-test", (("<effective>", f"{CODE}<effective>"),)),
        ("event-code-test", (("<event>大雨", "<event>Required Monthly Test"),)),
        ("event-code-test", (("<effective>", f"{CODE}<effective>"), ("<area>", f"{FILE}<area>"))),
        ("cap-resource-digest", (("<area>", f"{FILE}<area>"),)),
        ("jp-level", (PROFILE, ("<value>4</value>", "<value>6</value>"))),
        ("status-contradiction", (("<headline>", "<headline>【訓練】"),)),
    ],
)
def test_what_is_held_as_cap_is_held_as_json(code: str, changes: tuple[tuple[str, str], ...]):
    as_cap = held(document(*changes))
    assert (as_cap.code, as_cap.alert is None) == (code, False)
    assert as_cap.alert is not None
    as_json = held(b'{"alert": ' + as_cap.alert.to_json() + b"}")
    assert as_json.code == code
    assert as_json.alert is not None
    assert as_json.alert.infos == as_cap.alert.infos
    assert (as_json.alert.chain, as_json.alert.place) == (as_cap.alert.chain, as_cap.alert.place)


def test_what_is_noted_of_cap_is_noted_of_json():
    [as_cap] = decode_parts(document(PROFILE, ("<language>ja</language>", "<language>en</language>")))
    assert isinstance(as_cap, Good)
    [as_json] = decode_parts(b'{"alert": ' + as_cap.alert.to_json() + b"}")
    assert isinstance(as_json, Good)
    codes = [note.code for note in as_cap.notes]
    assert "jp-language" in codes
    assert [note.code for note in as_json.notes] == codes
