"""What the page asks for: itself, the scenarios, the controls of one, the answer to a question, a file, a report, the end.

Every address stands here; none of them is a path of the disk, and nothing that the page sends is run or shown unescaped.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import CancelledError, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from sim.errors import CorridorError, InputError, Problem, nearest
from sim.handout.movie_section import HERE as MOVIE
from sim.serve.bases import Base, Bases
from sim.serve.desk import Busy, Desk, Old, Question, Told, changed
from sim.serve.moved import Moved, moved
from sim.serve.moving import moving_map
from sim.serve.picture import causes
from sim.serve.reports import Reports
from sim.serve.saving import TakenError, save
from sim.serve.words import REFUSED, WORDS

if TYPE_CHECKING:
    from sim.model.draws import Drawn, Model

HERE = Path(__file__).parent / "page"
#: Files of the page by their address, and what they are.
FILES = {
    "page.js": (HERE / "page.js", "text/javascript"),
    "page.css": (HERE / "page.css", "text/css"),
    "movie.js": (MOVIE / "movie.js", "text/javascript"),
    "movie.css": (MOVIE / "movie.css", "text/css"),
}
#: A report has a policy of its own in it; here is what holds besides: it is a document by itself.
_REPORT_POLICY = (
    "sandbox allow-scripts allow-popups; default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
#: Changes that one question may hold, and letters of a name.
MOST_CHANGES, LONGEST_NAME = 400, 200
#: Seconds between two signs of life of a stream.
_ALIVE_S = 5.0
#: Things that take a thread, besides questions, that may be asked for at once.
_ASIDE = 4
_MOST_ASIDE = 16


class Asked(Exception):
    """A request that is not of the form that the page sends."""


class Pages:
    """Answers the page.

    Args:
        bases, desk, reports: who does the work.
        engine: that simulates what the moving map shows.
        stop: ends the program.
    """

    def __init__(self, bases: Bases, desk: Desk, reports: Reports, engine: str, stop: Callable[[], None]) -> None:
        self._engine = engine
        self._bases, self._desk, self._reports, self._stop = bases, desk, reports, stop
        self._aside = ThreadPoolExecutor(_ASIDE, thread_name_prefix="aside")
        self._waiting = 0
        self._html = _page()

    def app(self) -> Starlette:
        """As an ASGI application, to be put behind the guard."""
        routes = [
            Route("/", self._itself),
            *(Route(f"/{name}", self._file) for name in FILES),
            Route("/begin", self._begin),
            Route("/scenario", self._scenario, methods=["POST"]),
            Route("/ask", self._ask, methods=["POST"]),
            Route("/save", self._save, methods=["POST"]),
            Route("/map", self._map, methods=["POST"]),
            Route("/report", self._report, methods=["POST"]),
            Route("/report/{name}", self._made),
            Route("/stop", self._end, methods=["POST"]),
        ]
        told = {HTTPException: _http_error, Asked: _form_error, CorridorError: _named_error}
        made = Starlette(routes=routes, exception_handlers=told)  # type: ignore[arg-type]
        made.router.redirect_slashes = False  # an address is one of those above, or none
        return made

    def close(self) -> None:
        """End what is under way."""
        self._reports.close()
        self._desk.close()
        self._aside.shutdown(wait=False, cancel_futures=True)

    async def _itself(self, request: Request) -> Response:
        return Response(self._html, media_type="text/html")

    async def _file(self, request: Request) -> Response:
        path, kind = FILES[request.url.path.removeprefix("/")]
        return Response(path.read_bytes(), media_type=kind)

    async def _begin(self, request: Request) -> Response:
        found = await self._beside(self._bases.offered)
        page = secrets.token_hex(8)
        scenarios = [one.as_json() for one in found]
        return JSONResponse({"page": page, "words": dict(WORDS), "scenarios": scenarios, "causes": causes()})

    async def _scenario(self, request: Request) -> Response:
        """The controls of a scenario."""
        base = await self._beside(self._bases.base, _text(await _json(request), "scenario"))
        return JSONResponse(_facts(base))

    async def _ask(self, request: Request) -> Response:
        """The answer to a question: lines of JSON, as they are found."""
        asked = await _json(request)
        loop, told = asyncio.get_running_loop(), asyncio.Queue[Told]()

        def tell(piece: Told) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(told.put_nowait, piece)

        number = asked.get("question")
        if not isinstance(number, int) or isinstance(number, bool):
            raise Asked("question: a whole number")
        question = Question(_text(asked, "page"), number, _text(asked, "scenario"), _changes(asked), tell)
        self._desk.ask(question)

        def leave() -> None:
            question.over.set()

        return StreamingResponse(_lines(told, leave), media_type="application/x-ndjson")

    async def _save(self, request: Request) -> Response:
        asked = await _json(request)
        path = await self._beside(self._saved, asked)
        return JSONResponse({"file": path.name, "words": WORDS["saved"].format(file=path.name)})

    async def _map(self, request: Request) -> Response:
        """The moving map of a question; nothing is made for a page that has gone."""
        asked = await _json(request)
        gone = threading.Event()

        def go_on() -> None:
            if gone.is_set():
                raise CancelledError

        async def watch() -> None:
            while not await request.is_disconnected():
                await asyncio.sleep(0.2)
            gone.set()

        watching = asyncio.ensure_future(watch())
        try:
            text = await self._beside(self._mapped, asked, go_on)
        except CancelledError:
            return Response(status_code=499)
        finally:
            watching.cancel()
        return Response(text, media_type="application/json")

    def _mapped(self, asked: Mapping[str, Any], go_on: Callable[[], None]) -> str:
        base, change = self._moved(asked)
        sides: list[tuple[Model, Drawn | None]] = [(base.patcher.model, base.like(0))]
        if change.values:
            other = changed(base, change)
            sides.append((other.model, other.like(base, 0)))
        return moving_map(sides, self._engine, go_on)

    async def _report(self, request: Request) -> Response:
        """A report, with how far it is: lines of JSON; the last has its address."""
        asked = await _json(request)
        if _changes(asked):
            _text(asked, "name")
        loop, told = asyncio.get_running_loop(), asyncio.Queue[Told]()
        gone = False

        def tell(kind: str, **more: Any) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(told.put_nowait, {"kind": kind, **more})

        def work() -> None:
            try:
                name, path = self._made_report(asked, lambda words: tell("stage", text=words), lambda: gone)
                tell("made", address=f"report/{name}", words=WORDS["report_saved"].format(file=str(path)))
            except CancelledError:
                pass
            except TakenError as error:
                tell("taken", problems=str(error).splitlines())
            except CorridorError as error:
                tell("refused", problems=str(error).splitlines())
            finally:
                tell("over")

        def leave() -> None:
            nonlocal gone
            gone = True

        self._begin_aside(work)
        return StreamingResponse(_lines(told, leave), media_type="application/x-ndjson")

    async def _made(self, request: Request) -> Response:
        path = self._reports.path(request.path_params["name"])
        if path is None or not path.is_file():
            raise HTTPException(404)
        headers = {"content-security-policy": _REPORT_POLICY}
        return FileResponse(path, media_type="text/html", headers=headers)

    async def _end(self, request: Request) -> Response:
        self._stop()
        return JSONResponse({"words": WORDS["stopped"]})

    def _moved(self, asked: Mapping[str, Any]) -> tuple[Base, Moved]:
        base = self._bases.base(_text(asked, "scenario"))
        return base, moved(base.world, base.controls, _changes(asked))

    def _saved(self, asked: Mapping[str, Any]) -> Path:
        base, change = self._moved(asked)
        return save(base, change, _text(asked, "name"), self._bases.folder, asked.get("over") is True)

    def _made_report(
        self, asked: Mapping[str, Any], say: Callable[[str], None], stopped: Callable[[], bool]
    ) -> tuple[str, Path]:
        base, change = self._moved(asked)
        changed = f"./{self._saved(asked).name}" if change.values else ""
        return self._reports.make(base.name, changed, say, stopped)

    def _begin_aside(self, work: Callable[[], Any]) -> asyncio.Future[Any]:
        if self._waiting >= _MOST_ASIDE:
            raise Busy(REFUSED["busy"].format(n=_MOST_ASIDE))
        self._waiting += 1
        done = asyncio.get_running_loop().run_in_executor(self._aside, work)

        def over(_: object) -> None:
            self._waiting -= 1

        done.add_done_callback(over)
        return done

    async def _beside(self, work: Callable[..., Any], *given: Any) -> Any:
        """What a function finds that takes a while, on a thread."""
        return await asyncio.shield(self._begin_aside(lambda: work(*given)))


async def _lines(told: asyncio.Queue[Told], leave: Callable[[], None]) -> AsyncIterator[bytes]:
    """What is reported, a line each, until it is over; ``leave`` is called then, or once nobody reads any more."""
    try:
        while True:
            try:
                piece = await asyncio.wait_for(told.get(), _ALIVE_S)
            except TimeoutError:
                yield b"\n"  # a sign of life: so it is noticed when nobody reads any more
                continue
            if piece["kind"] == "over":
                return
            yield json.dumps(piece).encode() + b"\n"
    finally:
        leave()


def _facts(base: Base) -> dict[str, object]:
    scenario = base.world.scenario
    return {
        "name": base.name,
        "title": scenario.title,
        "question": scenario.question,
        "start": scenario.period_start.isoformat(),
        "end": scenario.period_end.isoformat(),
        "replications": base.of,
        "seed": scenario.seed,
        "controls": [one.as_json() for one in base.controls.values()],
    }


async def _json(request: Request) -> dict[str, Any]:
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
        raise Asked("content-type: application/json")
    try:
        found = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise Asked("a JSON object") from None
    if not isinstance(found, dict):
        raise Asked("a JSON object")
    known = ("page", "question", "scenario", "changes", "name", "over")
    if odd := next((name for name in found if name not in known), None):
        told = f"unknown field {odd[:60]!r}; allowed: {', '.join(known)}{nearest(odd[:60], known)}"
        raise InputError([Problem(told)])
    return found


def _text(asked: Mapping[str, Any], name: str) -> str:
    value = asked.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_NAME or "\x00" in value:
        raise Asked(f"{name}: a text of 1 to {LONGEST_NAME} letters")
    return value


def _changes(asked: Mapping[str, Any]) -> dict[str, object]:
    value = asked.get("changes", {})
    if not isinstance(value, dict) or len(value) > MOST_CHANGES:
        raise Asked(f"changes: an object of at most {MOST_CHANGES} values")
    return value


def _page() -> str:
    made = Environment(loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined)
    return made.get_template("page.html.jinja").render(words=WORDS)


async def _http_error(request: Request, error: HTTPException) -> Response:
    words = REFUSED["not_found" if error.status_code == 404 else "method"]
    return JSONResponse({"problems": [words]}, error.status_code)


async def _form_error(request: Request, error: Asked) -> Response:
    return JSONResponse({"problems": [REFUSED["json"].format(what=error)]}, 400)


async def _named_error(request: Request, error: CorridorError) -> Response:
    known = {Busy: 503, Old: 409, TakenError: 409}
    status = known.get(type(error), 422 if isinstance(error, InputError) else 500)
    taken = {"taken": True} if isinstance(error, TakenError) else {}
    return JSONResponse({"problems": str(error).splitlines(), **taken}, status)
