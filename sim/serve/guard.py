"""What every request passes before anything is done for it: whose address, from which page, with the token, how large.

The page is for the person at this machine. Another site that this person has open can send requests here too, or let a
name of its own point here; so the Host header must be the program's own address, what changes something or opens a
stream must come from its own page (Origin), and the address carries a token that nobody else knows.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any

from sim.serve.words import REFUSED

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

#: Bytes of a request, and seconds in which it must be there.
LARGEST_BYTES, PATIENCE_S = 32_768, 10.0
#: Bytes of a refused request that are read on and forgotten, and the seconds that may take.
MOST_READ_ON, READ_ON_S = 8 * LARGEST_BYTES, 1.0
#: What a browser may do with the page: its own script and style, data of its own program, and nothing else.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
_READS = ("GET", "HEAD")


class Guard:
    """Lets through what may be asked, and takes the token off its path.

    Args:
        app: that answers.
        token: what the path begins with.
        port: of the program's address, 127.0.0.1.
    """

    def __init__(self, app: App, token: str, port: int) -> None:
        self._app, self._token = app, token.encode()
        self._hosts = (f"127.0.0.1:{port}", f"localhost:{port}")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As any ASGI application."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        refused = self._refused(scope)
        if refused is not None:
            if scope["method"] not in _READS:
                await _read_on(receive)
            await _plain(send, *refused)
            return
        try:
            body = await asyncio.wait_for(_whole(receive), PATIENCE_S) if scope["method"] not in _READS else b""
        except TimeoutError:
            await _plain(send, 408, REFUSED["slow"].format(seconds=f"{PATIENCE_S:.0f}"))
            return
        if body is None:
            await _plain(send, 413, REFUSED["large"].format(most=LARGEST_BYTES))
            return
        path = "/" + scope["path"].split("/", 2)[2]
        inner = {**scope, "path": path, "raw_path": path.encode(), "root_path": ""}
        await self._app(inner, _once(body, receive), _with_headers(send))

    def _refused(self, scope: Scope) -> tuple[int, str] | None:
        """Status and words for a request that nothing is done for."""
        headers: dict[str, list[str]] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
        host = headers.get("host", [])
        if len(host) != 1 or host[0].lower() not in self._hosts:
            return 421, REFUSED["host"]
        origin = headers.get("origin", [])
        own = [f"http://{host[0].lower()}"]
        reads = scope["method"] in _READS
        foreign = headers.get("sec-fetch-site", ["same-origin"])[0] not in ("same-origin", "none")
        if (origin and origin != own) or (not reads and origin != own) or (foreign and not reads):
            return 403, REFUSED["origin"]
        parts = scope["path"].split("/", 2)
        given = parts[1].encode("utf-8", "replace") if len(parts) == 3 else b""
        if not secrets.compare_digest(given, self._token):
            return 404, REFUSED["not_found"]
        length = headers.get("content-length", ["0"])[0]
        if not length.isdigit() or len(length) > 12 or int(length) > LARGEST_BYTES:
            return 413, REFUSED["large"].format(most=LARGEST_BYTES)
        return None


async def _whole(receive: Receive) -> bytes | None:
    """The body; None if it is too large."""
    found = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return found
        found += message.get("body", b"")
        if len(found) > LARGEST_BYTES:
            if message.get("more_body"):
                await _read_on(receive)
            return None
        if not message.get("more_body"):
            return found


async def _read_on(receive: Receive) -> None:
    """Read what else was sent of a request that is refused, within bounds, and forget it.

    A connection that is closed over unread bytes is reset, and the refusal would be lost with it.
    """
    left = MOST_READ_ON
    with suppress(TimeoutError):
        async with asyncio.timeout(READ_ON_S):
            while left > 0:
                message = await receive()
                if message["type"] != "http.request" or not message.get("more_body"):
                    return
                left -= len(message.get("body", b""))


def _once(body: bytes, receive: Receive) -> Receive:
    """What has been read, once; then whatever comes, such as that nobody reads any more."""
    told = False

    async def again() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _with_headers(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            there = {name.lower() for name, _ in message["headers"]}
            own = [(n.encode(), v.encode()) for n, v in _HEADERS.items() if n.encode() not in there]
            message = {**message, "headers": [*message["headers"], *own]}
        await send(message)

    return sent


async def _plain(send: Send, status: int, words: str) -> None:
    """A refusal in fixed words: nothing of the request is in it."""
    body = json.dumps({"problems": [words]}).encode()
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    headers += [(b"content-length", str(len(body)).encode())]
    await _with_headers(send)({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
