"""Runs the page on this machine: one address that nobody else can reach, until it is stopped."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from sim.errors import InputError, Problem, nearest
from sim.runs.engines import check_engine
from sim.serve.app import Pages
from sim.serve.bases import Bases
from sim.serve.desk import Desk
from sim.serve.guard import App, Guard
from sim.serve.reports import Reports

#: The only address: nothing outside this machine reaches it.
HOST = "127.0.0.1"
#: Connections at a time; further ones are refused at once. Threads that simulate.
CONNECTIONS, MOST_WORKERS = 256, 8


@dataclass(frozen=True)
class Asking:
    """How to serve.

    ``port`` 0 takes one that is free; ``workers`` None: one for each processor, some at most; ``scenario`` is shown first.
    """

    folder: Path
    scenario: str = ""
    port: int = 0
    engine: str = "compiled"
    workers: int | None = None
    out: str = "results"


class Served:
    """The page with its address. Raises InputError if the port is taken, or the scenario not offered."""

    def __init__(self, asking: Asking, report: Callable[[str], None]) -> None:
        check_engine(asking.engine)
        bases = Bases(asking.folder, asking.engine)
        self.first = first_scenario(bases, asking.scenario)
        workers = min(asking.workers or os.cpu_count() or 1, MOST_WORKERS)
        self._socket = _bound(asking.port)
        self.port = int(self._socket.getsockname()[1])
        self.token = secrets.token_urlsafe(24)
        reports = Reports(Path(asking.out), asking.engine, asking.workers)
        self._desk = Desk(bases, asking.engine, workers, report)
        self._pages = Pages(bases, self._desk, reports, asking.engine, self.stop)
        self.app: App = Guard(self._pages.app(), self.token, self.port)
        self._server = _Server(
            uvicorn.Config(
                self.app,
                log_level="error",
                access_log=False,
                server_header=False,
                lifespan="off",
                http="h11",
                ws="none",
                loop="asyncio",
                limit_concurrency=CONNECTIONS,
                timeout_keep_alive=5,
                timeout_graceful_shutdown=1,
                h11_max_incomplete_event_size=16_384,
            )
        )

    @property
    def address(self) -> str:
        """What is opened in a browser."""
        first = f"#{self.first}" if self.first else ""
        return f"http://{HOST}:{self.port}/{self.token}/{first}"

    def stop(self) -> None:
        """End it, from any thread."""
        self._server.should_exit = True

    def run(self, begun: Callable[[], None] = lambda: None) -> None:
        """Serve until it is stopped, by the page or by Ctrl-C; ``begun`` is called once when it is there."""

        def there() -> None:
            if self.first:
                self._desk.warm(self.first)
            begun()

        self._server.there = there
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self.close()

    def close(self) -> None:
        """End what is under way, and give the port back."""
        self._pages.close()
        self._socket.close()


class _Server(uvicorn.Server):
    """Says when it listens: from then on a signal ends it in order, and comes between no two steps of starting a thread."""

    there: Callable[[], None]

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.there()


def first_scenario(bases: Bases, name: str) -> str:
    """The scenario that is shown first, as the page names it. Raises InputError for one that is not offered."""
    if not name:
        return ""
    known = [one.name for one in bases.offered()]
    beside = f"./{Path(name).name}" if Path(name).resolve().parent == bases.folder.resolve() else name
    for found in (name, beside):
        if found in known:
            return found
    where = "the page offers scenarios of the library and of the folder in which it is started"
    raise InputError([Problem(f"no scenario named {name[:60]!r}; {where}{nearest(name[:60], known)}")])


def _bound(port: int) -> socket.socket:
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name != "nt":
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((HOST, port))
        found.listen(128)
    except OSError as error:
        found.close()
        told = f"port {port} of {HOST} is not free ({error.strerror or error}); give another with --port, or none"
        raise InputError([Problem(told)]) from None
    return found
