"""decode and encode: lines that scripts outside rely on."""

import json
import subprocess
import sys
from pathlib import Path

from cli.program import noroshi
from corpus import corpus
from stream.saying import accepted

from cap_formats.alert import Alert
from cap_formats.cap.encode import encode_cap


def lines(output: bytes) -> list[dict]:
    return [json.loads(line) for line in output.splitlines()]


def written(folder: Path, number: int) -> Path:
    path = folder / f"{number}.xml"
    path.write_bytes(encode_cap(accepted(number).alert))
    return path


def test_one_line_for_each_alert(tmp_path: Path):
    files = [written(tmp_path, 1), written(tmp_path, 2)]
    done = noroshi("decode", *files)
    assert done.returncode == 0
    found = lines(done.stdout)
    assert [set(line) for line in found] == [{"file", "alert"}] * 2
    assert [line["file"] for line in found] == [str(file) for file in files]
    assert [line["alert"]["identifier"] for line in found] == ["test-1", "test-2"]
    assert Alert.from_json(json.dumps(found[0]["alert"]).encode()).infos == accepted(1).alert.infos


def test_a_refused_file_is_a_line_too_and_sets_the_exit_code(tmp_path: Path):
    good, bad = written(tmp_path, 1), tmp_path / "bad.xml"
    bad.write_bytes(b"<alert>\n<open>\n</alert>")
    done = noroshi("decode", bad, tmp_path / "missing.xml", good)
    assert done.returncode == 1
    broken, missing, whole = lines(done.stdout)
    assert set(broken) == {"file", "problem"}
    assert broken["problem"]["code"] == "xml-not-well-formed"
    assert broken["problem"]["line"] == 3
    assert set(broken["problem"]) == {"code", "sentence", "line", "path"}
    assert missing["problem"]["code"] == "file-unreadable"
    assert whole["alert"]["identifier"] == "test-1"


def test_a_dash_is_standard_input():
    done = noroshi("decode", "-", stdin=encode_cap(accepted(3).alert))
    assert done.returncode == 0
    (line,) = lines(done.stdout)
    assert (line["file"], line["alert"]["identifier"]) == ("-", "test-3")


def test_every_official_jma_sample_is_a_line():
    files = sorted(corpus("corpus", "jma").glob("*.xml"))
    done = noroshi("decode", *files)
    found = lines(done.stdout)
    assert {line["file"] for line in found} == {str(file) for file in files}
    assert [line["problem"] for line in found if "problem" in line] == []


def test_it_starts_without_what_decoding_has_no_need_of(tmp_path: Path):
    words = [sys.executable, "-X", "importtime", "-m", "ops.command", "decode", str(written(tmp_path, 1))]
    told = subprocess.run(words, capture_output=True, text=True, check=True).stderr
    loaded = {line.rpartition("|")[2].strip() for line in told.splitlines()}
    assert {"lxml", "msgspec", "cap_formats.decode"} <= loaded
    assert not {"aiohttp", "shapely", "numpy", "geopandas", "aiomqtt", "prometheus_client", "jinja2"} & loaded


def test_encode_is_the_way_back(tmp_path: Path):
    line = noroshi("decode", written(tmp_path, 4)).stdout
    done = noroshi("encode", "--to", "cap", "-", stdin=line)
    assert done.returncode == 0
    (again,) = lines(noroshi("decode", "-", stdin=done.stdout).stdout)
    assert again["alert"]["infos"] == json.loads(line)["alert"]["infos"]
    bare = json.dumps(json.loads(line)["alert"]).encode()
    assert noroshi("encode", "--to", "cap", "-", stdin=bare).stdout == done.stdout


def test_encode_to_the_other_formats(tmp_path: Path):
    line = noroshi("decode", written(tmp_path, 5)).stdout
    collection = json.loads(noroshi("encode", "--to", "geojson", "-", stdin=line).stdout)
    assert collection["type"] == "FeatureCollection"
    atom = noroshi("encode", "--to", "atom", "-", stdin=line).stdout
    assert b"http://www.w3.org/2005/Atom" in atom


def test_encode_says_what_is_at_fault():
    unknown = noroshi("encode", "--to", "telegram", "-", stdin=b"{}")
    assert unknown.returncode == 2
    assert b"cap" in unknown.stderr
    broken = noroshi("encode", "--to", "cap", "-", stdin=b'{"identifier": 7}')
    assert broken.returncode == 1
    problem = json.loads(broken.stderr)["problem"]
    assert problem["code"] == "alert-invalid"
    assert problem["path"] == "$.identifier"
    assert broken.stdout == b""
    assert noroshi("encode", "--to", "cap", "-", stdin=b"no json").returncode == 1
