"""The page is for the person at this machine: what comes from elsewhere, or is too much, is refused and changes nothing."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path

import pytest

from sim.errors import InputError
from sim.serve.guard import LARGEST_BYTES, Guard
from sim.serve.server import Asking, Served
from sim.serve.words import REFUSED
from tests.serve.conftest import Page

QUESTION = {"page": "x", "question": 1, "scenario": "./small.yaml", "changes": {}}


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "0.0.0.0:80", "[::1]:80", ""])
def test_another_host_is_refused(page: Page, host: str) -> None:
    assert page.get("begin", Host=host).status == 421
    assert page.post("save", {}, Host=host).status == 421


def test_localhost_is_the_same_machine(page: Page) -> None:
    own = f"localhost:{page.served.port}"
    assert page.get("", Host=own).status == 200
    assert page.post("scenario", {"scenario": "?"}, Host=own, Origin=f"http://{own}").status == 422


@pytest.mark.parametrize("path", ["ask", "save", "report", "stop", "scenario"])
@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1", "http://localhost"])
def test_another_origin_is_refused(page: Page, path: str, origin: str) -> None:
    answer = page.post(path, QUESTION, Origin=origin)
    assert (answer.status, answer.json()) == (403, {"problems": [REFUSED["origin"]]})


def test_what_changes_something_needs_an_origin(page: Page) -> None:
    for path in ("ask", "save", "report", "stop", "scenario"):
        assert page.send("POST", page.path(path), b"{}").status == 403
    assert page.post("stop", {}, Sec_Fetch_Site="cross-site").status == 403
    assert page.get("begin", Origin="http://evil.example").status == 403
    assert page.get("").status == 200, "and it still answers"


@pytest.mark.parametrize(
    "path", ["/", "/begin", "//begin", "/x/begin", "/page.js", "/%00/begin", "/../begin", "/%C3%A9/begin"]
)
def test_without_the_token_there_is_nothing(page: Page, path: str) -> None:
    for answer in (page.send("GET", path), page.send("POST", path, b"{}", Origin=page.own)):
        assert answer.status == 404
        assert answer.json() == {"problems": [REFUSED["not_found"]]}
        assert page.served.token not in answer.text


def test_the_token_is_long_and_of_chance(page: Page, folder: Path) -> None:
    other = Served(Asking(Path()), print)
    try:
        assert other.token != page.served.token
        assert len(other.token) >= 32
        assert other.address.startswith(f"http://127.0.0.1:{other.port}/{other.token}/")
    finally:
        other.close()


def test_no_path_leads_to_the_disk(page: Page) -> None:
    for path in (
        "../words.py",
        "page/page.js",
        "..%2f..%2fpyproject.toml",
        "page.html.jinja",
        "report/..%2f..%2fx",
        "report/",
        "static",
    ):
        assert page.get(path).status in (404, 405)
    assert page.get("report/small.yaml").status == 404


def test_a_body_that_is_too_large_is_not_read(page: Page) -> None:
    large = "x" * (LARGEST_BYTES + 1)
    assert page.post("ask", {"page": large}).status == 413
    pieces = (b" " * 4096 for _ in range(LARGEST_BYTES // 4096 + 2))  # without saying how long it is
    assert page.send("POST", page.path("ask"), pieces, Origin=page.own).status == 413


def test_a_refusal_is_not_lost_with_the_connection(page: Page) -> None:
    """What is closed over unread bytes is reset, and its sender may see nothing of the answer."""
    for _ in range(20):
        pieces = (b" " * 4096 for _ in range(30))
        assert page.send("POST", page.path("ask"), pieces, Origin=page.own).status == 413
        pieces = (b" " * 4096 for _ in range(30))
        assert page.send("POST", page.path("ask"), pieces, Origin="http://elsewhere.example").status == 403


def test_a_body_that_does_not_come_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.serve.guard.PATIENCE_S", 0.05)
    told: list[dict[str, object]] = []

    async def never() -> dict[str, object]:
        await asyncio.sleep(60)
        return {}

    async def send(message: dict[str, object]) -> None:
        told.append(message)

    async def app(*_: object) -> None:
        raise AssertionError("nothing is done for it")

    headers = [(b"host", b"127.0.0.1:1"), (b"origin", b"http://127.0.0.1:1")]
    scope = {"type": "http", "method": "POST", "path": "/t/ask", "headers": headers}
    asyncio.run(Guard(app, "t", 1)(scope, never, send))  # type: ignore[arg-type]
    assert told[0]["status"] == 408


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff\xfe", b"[" * 20_000, b"1", b'{"page": 1}'])
def test_what_is_no_question_is_refused_by_name(page: Page, body: bytes) -> None:
    answer = page.send("POST", page.path("ask"), body, Origin=page.own, Content_Type="application/json")
    assert answer.status == 400
    assert "the request is not JSON of the expected form" in answer.text


def test_what_a_form_of_another_site_can_send_is_refused(page: Page) -> None:
    assert page.post("ask", QUESTION, Content_Type="text/plain").status == 400


def test_unknown_fields_are_refused_with_the_nearest(page: Page) -> None:
    answer = page.post("ask", {**QUESTION, "scenari": "x"})
    assert answer.status == 422
    assert answer.json()["problems"][0].endswith("nearest: 'scenario'")


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../small.yaml", "./../x.yaml", "small.yaml", "./small.yaml\x00", "interventions"]
)
def test_a_scenario_is_one_of_those_offered_and_no_path(page: Page, name: str) -> None:
    answer = page.post("scenario", {"scenario": name})
    assert answer.status in (400, 422)
    assert "controls" not in answer.text


def test_every_answer_has_the_policy(page: Page) -> None:
    for answer in (
        page.get(""),
        page.get("page.js"),
        page.get("nothing"),
        page.get("begin", Host="x"),
        page.post("ask", {}),
    ):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "access-control-allow-origin" not in answer.headers


def test_what_is_sent_comes_back_as_data_only(page: Page) -> None:
    evil = "<img src=x onerror=alert(1)>"
    told = page.post("scenario", {"scenario": evil})
    assert told.headers["content-type"] == "application/json"
    [refused] = [piece for piece in page.ask({f"fleets.{evil}.count": 1}) if piece["kind"] == "refused"]
    assert "unknown row" in refused["problems"][0]
    assert evil not in page.get("").text


def test_an_older_question_is_refused(page: Page) -> None:
    page.ask({})
    answer = page.post("ask", {**QUESTION, "page": "a", "question": page.number})
    assert (answer.status, answer.json()) == (409, {"problems": [REFUSED["old"]]})


def test_it_listens_on_this_machine_alone(folder: Path) -> None:
    served = Served(Asking(Path()), print)
    try:
        assert served._socket.getsockname()[0] == "127.0.0.1"
        with pytest.raises(InputError, match=rf"port {served.port} of 127.0.0.1 is not free .*--port"):
            Served(Asking(Path(), port=served.port), print)
    finally:
        served.close()
    with socket.socket() as again:  # and gives the port back
        again.bind(("127.0.0.1", served.port))


def _sent(page: Page, path: str, body: object, wait: bool = True) -> int:
    line = HTTPConnection("127.0.0.1", page.served.port, timeout=60)
    try:
        headers = {"Origin": page.own, "Content-Type": "application/json"}
        line.request("POST", page.path(path), json.dumps(body), headers)
        if not wait:
            return 0
        answer = line.getresponse()
        answer.read()
        return answer.status
    except OSError:
        return -1
    finally:
        line.close()


def test_two_hundred_requests_at_once_leave_it_alive(page: Page) -> None:
    questions = [{**QUESTION, "page": f"p{k}"} for k in range(200)]
    with ThreadPoolExecutor(200) as pool:
        found = Counter(pool.map(lambda question: _sent(page, "ask", question), questions))
    assert found[200] >= 10, found
    assert found.total() == found[200] + found[503] == 200, "each is answered, or told that there are too many"
    assert _sent(page, "scenario", {"scenario": "./small.yaml"}) == 200


def test_of_fifty_moves_in_a_second_the_last_is_answered(page: Page) -> None:
    threads = []
    answers: dict[int, list[dict]] = {}

    def ask(k: int) -> None:
        line = HTTPConnection("127.0.0.1", page.served.port, timeout=60)
        body = {**QUESTION, "page": "mover", "question": k, "changes": {"fleets.feeders.count": 1 + k % 4}}
        line.request(
            "POST", page.path("ask"), json.dumps(body), {"Origin": page.own, "Content-Type": "application/json"}
        )
        text = line.getresponse().read().decode()
        answers[k] = [json.loads(one) for one in text.splitlines() if one.strip()]
        line.close()

    for k in range(1, 51):
        threads.append(threading.Thread(target=ask, args=(k,)))
        threads[-1].start()
        time.sleep(0.02)
    for thread in threads:
        thread.join(60)
    last = answers[50]
    assert last[-1]["kind"] == "done"
    assert {piece.get("question", 50) for piece in last} == {50}
    [effect] = next(piece for piece in last if piece["kind"] == "changes")["effects"]
    assert effect["text"].endswith("3")  # 1 + 50 % 4
    whole = [k for k, pieces in answers.items() if any(piece.get("kind") == "done" for piece in pieces)]
    assert len(whole) < 10, "what is asked no more is not worked off"


def test_who_leaves_in_the_middle_ends_the_work(page: Page) -> None:
    for k in range(20):
        _sent(
            page,
            "ask",
            {**QUESTION, "page": f"gone{k}", "question": 1, "changes": {"fleets.feeders.count": 4}},
            wait=False,
        )
    assert _sent(page, "ask", {**QUESTION, "page": "stays", "question": 1}) in (200, 503)
    desk = page.served._pages._desk
    end = time.monotonic() + 20
    while desk._open and time.monotonic() < end:
        time.sleep(0.05)
    assert not desk._open
