"""The command that opens the live page."""

from __future__ import annotations

import os
import sys
import threading
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.completion import scenarios
from sim.cli.options import Engine, Memory, Out, Quiet, Workers
from sim.errors import InputError, Problem
from sim.runs.engines import DEFAULT_ENGINE
from sim.terminal import Terminated, plain_errors, put, say

#: Seconds in which each thread that is still at work may come to its end.
PATIENCE_S = 1.0
NEEDED = ("starlette", "uvicorn")


def serve(
    scenario: Annotated[
        str, typer.Argument(metavar="[SCENARIO]", help="shown first; the page offers all", autocompletion=scenarios)
    ] = "baseline_2024",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="of the address; 0: one that is free")] = 0,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="print the address and open nothing")] = False,
    engine: Engine = DEFAULT_ENGINE,
    workers: Workers = None,
    out: Out = "results",
    memory: Memory = "8GB",
    quiet: Quiet = False,
) -> None:
    """Open a page on which numbers are moved and seen.

    Sliders and switches, a distribution that grows while you look, differences with their interval. For this machine
    alone; the address has a token. Ctrl-C, or the page's button, ends it.
    """
    with plain_errors():
        refuse_without_extra()
        from sim.serve.server import Asking, Served

        served = Served(Asking(Path(), scenario, port, engine, workers, out), say)

        def begun() -> None:
            put(served.address)
            sys.stdout.flush()
            if not quiet:
                say("open this address in a browser of this machine; Ctrl-C ends it")
            if not no_browser:
                import webbrowser

                # a browser in a terminal returns when it is left
                threading.Thread(target=webbrowser.open, args=(served.address,), daemon=True).start()

        try:
            served.run(begun)
        except Terminated:
            raise
        except KeyboardInterrupt:
            say("ended")
        end_beside()


def end_beside() -> None:
    """End this process now if something that nobody waits for any more is still at work: files are whole or not there."""
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join(PATIENCE_S)
    if any(not one.daemon and one is not threading.current_thread() for one in threading.enumerate()):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


def refuse_without_extra() -> None:
    """Raise InputError that says what to install, where the libraries of the page are missing."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        told = f"the page needs {' and '.join(missing)}: pip install 'middle-corridor[serve]'"
        raise InputError([Problem(told)])


COMMANDS = (serve,)
