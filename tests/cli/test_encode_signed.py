"""noroshi encode --sign-key: CAP with a signature that xmlsec1 takes; noroshi decode: notes, and parts one by one."""

import json
import subprocess
from pathlib import Path

import pytest
from cli.program import noroshi
from corpus import corpus
from needed import program


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    words = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=city"]
    subprocess.run(
        [program("openssl"), *words, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True
    )
    return key, certificate


def decoded(folder: Path) -> Path:
    path = folder / "alert.json"
    path.write_bytes(noroshi("decode", corpus("corpus", "cap", "canada.cap")).stdout)
    return path


def test_what_is_signed_is_taken_by_xmlsec1(tmp_path: Path, pair: tuple[Path, Path]):
    key, certificate = pair
    words = ("--sign-key", key, "--sign-certificate", certificate)
    done = noroshi("encode", "--to", "cap", *words, decoded(tmp_path))
    assert done.returncode == 0, done.stderr
    signed = tmp_path / "signed.xml"
    signed.write_bytes(done.stdout)
    check = [program("xmlsec1"), "--verify", "--trusted-pem", str(certificate), str(signed)]
    assert subprocess.run(check, capture_output=True, check=False).returncode == 0
    signed.write_bytes(done.stdout.replace(b"<status>Actual", b"<status>Test"))
    assert subprocess.run(check, capture_output=True, check=False).returncode == 1


def test_a_certificate_of_another_key_is_refused(tmp_path: Path, pair: tuple[Path, Path]):
    certificate = corpus("corpus", "cap", "naads_x509_cert.pem")
    done = noroshi("encode", "--to", "cap", "--sign-key", pair[0], "--sign-certificate", certificate, decoded(tmp_path))
    assert done.returncode == 1
    assert json.loads(done.stderr)["problem"]["code"] == "sign-key-unusable"


@pytest.mark.parametrize("to", ["cap", "geojson"])
def test_a_key_goes_with_a_certificate_and_with_cap(tmp_path: Path, pair: tuple[Path, Path], to: str):
    more = () if to == "cap" else ("--sign-certificate", pair[1])
    done = noroshi("encode", "--to", to, "--sign-key", pair[0], *more, decoded(tmp_path))
    assert done.returncode == 2


def test_decode_says_what_a_signature_is_worth_and_whether_anybody_looked(tmp_path: Path, pair: tuple[Path, Path]):
    key, certificate = pair
    words = ("--sign-key", key, "--sign-certificate", certificate)
    signed, broken = tmp_path / "signed.xml", tmp_path / "broken.xml"
    signed.write_bytes(noroshi("encode", "--to", "cap", *words, decoded(tmp_path)).stdout)
    broken.write_bytes(signed.read_bytes().replace(b"<event>", b"<event>x", 1))
    other = corpus("corpus", "cap", "naads_x509_cert.pem")
    for trust, file, state, code in (
        ((), signed, "not-verified", 0),
        ((), broken, "not-verified", 0),
        (("--trust", certificate), signed, "trusted", 0),
        (("--trust", certificate), broken, "broken", 1),
        (("--trust", other), signed, "untrusted", 1),
        (("--trust", other, "--trust", certificate), signed, "trusted", 0),
    ):
        done = noroshi("decode", *trust, file)
        (line,) = [json.loads(text) for text in done.stdout.splitlines()]
        assert ([one["state"] for one in line["signatures"]], done.returncode) == ([state], code), (trust, file)
    bare = corpus("corpus", "cap", "earthquake.cap")
    assert "signatures" not in json.loads(noroshi("decode", bare).stdout)
    unsigned = noroshi("decode", "--trust", certificate, bare)
    assert (json.loads(unsigned.stdout)["signatures"], unsigned.returncode) == ([], 1)
    nothing = noroshi("decode", "--trust", signed, bare)
    assert (nothing.returncode, nothing.stdout) == (2, b"")
    telegram = next(iter(sorted(corpus("corpus", "jma").glob("*.xml"))))
    for forgeable in (telegram, decoded(tmp_path)):  # formats without signatures: whoever asks gets no trust by them
        assert noroshi("decode", forgeable).returncode == 0
        done = noroshi("decode", "--trust", certificate, forgeable)
        assert ("signatures" in json.loads(done.stdout.splitlines()[0]), done.returncode) == (False, 1)


def test_decode_tells_notes_and_every_part():
    done = noroshi(
        "decode", corpus("corpus", "cap", "earthquake.cap"), corpus("corpus", "cap", "bushfire_invalid.edxlde")
    )
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [note["code"] for note in found[0]["notes"]] == ["ipaws-location"]
    assert [set(line) - {"file"} for line in found[1:]] == [{"alert"}, {"problem"}, {"problem"}, *[{"alert"}] * 4]
    assert done.returncode == 1
