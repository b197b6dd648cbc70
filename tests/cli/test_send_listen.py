"""send and listen, against a broker that the program itself serves."""

import json
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from subprocess import Popen
from urllib.parse import urlsplit

import pytest
from cli.conftest import Served
from cli.program import noroshi, start
from stream.saying import accepted

from cap_formats.alert import Status
from cap_formats.cap.encode import encode_cap


def message(folder: Path, number: int, **words: object) -> Path:
    path = folder / f"{number}.xml"
    path.write_bytes(encode_cap(accepted(number, **words).alert))  # type: ignore[arg-type]  # the words of accepted()
    return path


def events(listener: Popen[str], count: int) -> list[dict]:
    """Read the next events of ``noroshi listen --json``; a listener that says nothing is ended after ten seconds."""
    assert listener.stdout is not None
    watch = threading.Timer(10, listener.kill)
    watch.start()
    try:
        return [json.loads(listener.stdout.readline()) for _ in range(count)]
    finally:
        watch.cancel()


def end(listener: Popen[str]) -> str:
    listener.terminate()
    _, aside = listener.communicate(timeout=10)
    return aside


def test_a_message_is_taken_once_and_may_be_sent_again(served: Served, tmp_path: Path):
    file = message(tmp_path, 1)
    first, again = (noroshi("send", file, "--to", served.url, "--key", served.issuer) for _ in range(2))
    assert (first.returncode, again.returncode) == (0, 0)
    assert json.loads(first.stdout)["seq"] == json.loads(again.stdout)["seq"]


def test_a_refusal_is_printed_and_never_repeated(served: Served, tmp_path: Path):
    file = message(tmp_path, 2)
    done = noroshi("send", file, "--to", served.url, "--key", "nrk_00000000_wrong")
    assert done.returncode == 1
    assert json.loads(done.stdout)["code"] == "key-unknown"
    broken = noroshi("send", "-", "--to", served.url, "--key", served.issuer, stdin=b"<alert>")
    assert broken.returncode == 1
    assert json.loads(broken.stdout)["code"] == "xml-not-well-formed"


@pytest.mark.parametrize(("statuses", "code", "asked"), [((503, 503, 202), 0, 3), ((422,), 1, 1), ((409,), 1, 1)])
def test_only_what_may_pass_is_tried_again(tmp_path: Path, statuses: tuple[int, ...], code: int, asked: int):
    answers = list(statuses)

    class Far(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(answers.pop(0))
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Far) as far:
        threading.Thread(target=far.serve_forever, daemon=True).start()
        done = noroshi("send", message(tmp_path, 3), "--to", f"http://127.0.0.1:{far.server_port}", "--key", "k")
        far.shutdown()
    assert done.returncode == code
    assert len(statuses) - len(answers) == asked


def test_a_file_that_is_not_there(served: Served):
    assert noroshi("send", "nowhere.xml", "--to", served.url, "--key", served.issuer).returncode == 2


@pytest.mark.parametrize("words", [("send", "order.xml", "--key", "k", "--to"), ("listen",)])
def test_an_address_without_its_beginning_is_said_to_be_none(words: tuple[str, ...]):
    done = noroshi(*words, "127.0.0.1:8080")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"write it as http://host:8080" in done.stderr


def test_listen_follows_and_shows_only_what_was_asked_for(served: Served, tmp_path: Path):
    live = start(["listen", served.url, "--json"])
    drill = start(["listen", served.url, "--json", "--status", "Exercise", "--key", served.subscriber])
    assert [events(listener, 1)[0]["type"] for listener in (live, drill)] == ["position"] * 2
    for number, status in ((10, Status.EXERCISE), (11, Status.ACTUAL)):
        sent = noroshi("send", message(tmp_path, number, status=status), "--to", served.url, "--key", served.issuer)
        assert sent.returncode == 0
    assert [event["alert"]["identifier"] for event in events(live, 1)] == ["test-11"]
    (rehearsed,) = events(drill, 1)
    assert rehearsed["alert"]["identifier"] == "test-10"
    assert rehearsed["alert"]["infos"][0]["headline"].startswith("【訓練】")
    end(live)
    end(drill)


def test_listen_writes_lines_for_people(served: Served, tmp_path: Path):
    assert noroshi("send", message(tmp_path, 20), "--to", served.url, "--key", served.issuer).returncode == 0
    listener = start(["listen", served.url, "--after", "0"])
    assert listener.stdout is not None
    text = ""
    while "避難指示 20" not in text:
        line = listener.stdout.readline()
        assert line, end(listener)
        text += line
    assert "倉敷市" in text
    end(listener)


def test_listen_is_told_why_it_is_refused(served: Served):
    done = noroshi("listen", served.url, "--area", "99999")
    assert done.returncode == 1
    assert b"area-unknown" in done.stderr


def test_listen_comes_back_by_its_cursor_after_the_broker_was_restarted(
    tmp_path: Path, serve_at: Callable[[Path, int], AbstractContextManager[str]]
):
    data = tmp_path / "data"
    with serve_at(data, 0) as url:
        key = noroshi("keys", "add", "issuer", "town", "--data", data).stdout.decode().strip()
        listener = start(["listen", url, "--json"])
        events(listener, 1)
        noroshi("send", message(tmp_path, 30), "--to", url, "--key", key)
        (before,) = events(listener, 1)
    with serve_at(data, urlsplit(url).port or 0) as again:
        noroshi("send", message(tmp_path, 31), "--to", again, "--key", key)
        position, after = events(listener, 2)
        aside = end(listener)
    assert before["alert"]["identifier"] == "test-30"
    assert position["recovered"] is True
    assert after["alert"]["identifier"] == "test-31"
    assert "gap" not in aside


def test_listen_shows_a_gap(served: Served):
    listener = start(["listen", served.url, "--after", "999999", "--json"])
    (position,) = events(listener, 1)
    assert position["recovered"] is False
    assert "gap" in end(listener)
