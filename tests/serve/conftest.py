"""A small scenario of the tutorial's line in a folder of its own, and the page's application in front of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from sim.serve.server import Asking, Served

SMALL = """schema_version: 1
extends: tutorial
title: A month of the tutorial's line
replications: 3
period: {start: 2024-01-01, end: 2024-01-31, warm_up: 10 d, run_out: 30 d}
"""
CATALOGUE = """THIRD:
  title: A third ferry
  kind: capacity
  from: 2024-01-05
  source: made up
  grade: assumption
  changes: [{key: fleets.feeders.count, add: 1}]
PAPERS:
  title: Papers in half the time
  kind: barrier
  from: 2024-01-01
  source: made up
  grade: assumption
  changes: [{key: barriers.documents.kz.scale, scale: 0.5}]
"""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    text: str

    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Of a stream."""
        return [json.loads(line) for line in self.text.splitlines() if line.strip()]


class Page:
    """Asks as the page does, or as somebody else would."""

    def __init__(self, served: Served) -> None:
        self.served, self.number = served, 0
        self.own = f"http://127.0.0.1:{served.port}"

    def path(self, path: str) -> str:
        return f"/{self.served.token}/{path}"

    def send(self, method: str, path: str, body: bytes | Iterable[bytes] | None = None, **headers: str) -> Answer:
        line = HTTPConnection("127.0.0.1", self.served.port, timeout=60)
        try:
            line.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
            answer = line.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, told, answer.read().decode())
        finally:
            line.close()

    def get(self, path: str, **headers: str) -> Answer:
        return self.send("GET", self.path(path), **headers)

    def post(self, path: str, body: object, **headers: str) -> Answer:
        given = {"Origin": self.own, "Content_Type": "application/json", **headers}
        return self.send("POST", self.path(path), json.dumps(body).encode(), **given)

    def ask(self, changes: dict[str, object], scenario: str = "./small.yaml") -> list[dict[str, Any]]:
        """All that is told in answer to a question."""
        self.number += 1
        body = {"page": "a", "question": self.number, "scenario": scenario, "changes": changes}
        answer = self.post("ask", body)
        assert answer.status == 200, answer.text
        return answer.lines


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        path = tmp_path_factory.mktemp("folder")
        patch.chdir(path)
        (path / "small.yaml").write_text(SMALL, encoding="utf-8")
        (path / "interventions.yaml").write_text(CATALOGUE, encoding="utf-8")
        used = 'schema_version: 1\nextends: small\ntitle: "With <b>papers</b>"\ninterventions: [PAPERS]\n'
        (path / "used.yaml").write_text(used, encoding="utf-8")
        yield path


@pytest.fixture(scope="module")
def page(folder: Path) -> Iterator[Page]:
    """The page of a program that runs, of which nothing is told that nobody expected."""
    told: list[str] = []
    served = Served(Asking(Path(), "./small.yaml", workers=2), told.append)
    thread = threading.Thread(target=served.run)
    thread.start()
    yield Page(served)
    served.stop()
    thread.join(20)
    assert not thread.is_alive()
    assert told == []
