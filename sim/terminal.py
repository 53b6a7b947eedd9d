"""What a command shows: errors as plain lines, progress while it works, and what it found as text or JSON."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import typer

from sim.errors import CorridorError, memory_bytes
from sim.language.forms import in_form
from sim.language.words import mark, plural, tr
from sim.results.files import plain_json
from sim.results.pictures import figures_folder

if TYPE_CHECKING:
    from pathlib import Path

    from sim.record import Record
    from sim.results.store import Run
    from sim.studies.study import Study

#: Exit code after Ctrl-C.
INTERRUPTED = 130
#: Control characters but the line's end and the tabulator; marks of direction and what is invisible; half characters.
_COMMANDS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
#: Seconds between two lines of progress, and the time from which on work counts as long.
LINE_EVERY_S = 10.0
#: Replications that follow one another more quickly were not simulated but read.
_READ_FROM_DISK_S = 0.001


class Terminated(KeyboardInterrupt):
    """The system asks the program to end (SIGTERM): it ends as after Ctrl-C."""

    exit_code = 143  # 128 + the signal's number, as shells say it


def heed_termination() -> None:
    """From now on SIGTERM interrupts the main thread as Ctrl-C does, so that nothing is left half."""

    def terminate(*_: object) -> None:
        raise Terminated

    signal.signal(signal.SIGTERM, terminate)


def interrupted(stop: KeyboardInterrupt) -> int:
    """Say that the command was interrupted, and how it resumes; returns the exit code."""
    say(tr("interrupted; finished replications are kept, and the same command resumes"))
    return stop.exit_code if isinstance(stop, Terminated) else INTERRUPTED


def leave(code: object) -> None:
    """End the process now if threads are still at work after an interruption: nobody waits for their results."""
    if isinstance(code, int) and code in (INTERRUPTED, Terminated.exit_code) and threading.active_count() > 1:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):  # closed, or nobody reads
                stream.flush()
        os._exit(code)


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn errors that a user can meet into plain lines on stderr and the exit code."""
    try:
        yield
        sys.stdout.flush()  # what cannot be written is told now, not when Python ends
    except CorridorError as error:
        say(str(error))
        raise typer.Exit(error.exit_code) from None
    except KeyboardInterrupt as stop:
        raise typer.Exit(interrupted(stop)) from None
    except MemoryError:
        say(tr("not enough memory; fewer --workers need less, and finished replications are kept"))
        raise typer.Exit(3) from None
    except BrokenPipeError:  # the reader of our output has seen enough
        drop_output()
        raise typer.Exit(0) from None
    except OSError as error:
        drop_output()
        say(system_words(error))
        raise typer.Exit(3) from None


def harmless(text: str) -> str:
    """The text with each character that would command a terminal, or turn the letters around, written as its number.

    A title or a name comes from a stranger's file. The form is that of JSON, so that JSON stays what it is.
    """
    return _COMMANDS.sub(lambda found: json.dumps(found[0])[1:-1], text)


def put(text: str, end: str = "\n") -> None:
    """Print a result on stdout."""
    print(harmless(text), end=end)


def declare_memory(size: str) -> str:
    """Make ``size``, such as ``16GB``, the limit of this process and of those that it starts."""
    with plain_errors():
        memory_bytes(size)
    os.environ["CORRIDOR_MEMORY"] = size
    return size


def say(text: str) -> None:
    """Tell the user something that is not a result: on stderr, at once."""
    with suppress(OSError):  # there is no other place to tell it
        print(harmless(text), file=sys.stderr, flush=True)


def open_output() -> None:
    """Make stdout and stderr such that all can be printed: letters that they do not have are replaced.

    Where one is closed, its number is taken, so that no file of results gets it and is printed into; what is
    printed to such a stdout is refused like any that cannot be written.
    """
    for name, number, way in (("stdout", 1, os.O_RDONLY), ("stderr", 2, os.O_WRONLY)):
        stream = getattr(sys, name)
        if stream is None:
            os.dup2(os.open(os.devnull, way), number)
            setattr(sys, name, open(number, "w", encoding="utf-8", closefd=False))  # noqa: SIM115
        elif hasattr(stream, "reconfigure"):  # a stream that is no text wrapper has none
            stream.reconfigure(errors="replace")


def drop_output() -> None:
    """Let what has been printed and cannot be written go nowhere, so that Python does not try again at its end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def system_words(error: OSError) -> str:
    """What the operating system refused, in one line."""
    what = tr("the output cannot be written") if error.filename is None else str(error.filename)
    return f"{what}: {error.strerror or error}"


def terminal_width(most: int = 100) -> int:
    """Columns for running text: those of the terminal or of ``COLUMNS``, ``most`` in a pipe and at most."""
    known = sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdigit()
    return max(40, min(most, shutil.get_terminal_size((most, 24)).columns)) if known else most


def print_json(value: Any) -> None:
    """Print a value as JSON on stdout; what is not finite becomes null."""
    put(plain_json(value), end="")


def described(done: Run) -> dict[str, object]:
    """Where a run lies, and its figures."""
    return {
        "run_id": done.run_id,
        "path": str(done.path),
        "hit": done.hit,
        "figures": sorted(str(f) for f in figures_folder(done.path).glob("*.png")),
    }


def tell(done: Study[Record], json_: bool, quiet: bool, **more: Any) -> None:
    """What a study found: as JSON, as text, or not at all."""
    if json_:
        figures = [str(figure) for figure in done.figures]
        print_json({"id": done.study_id, "path": str(done.path), "figures": figures, **more, **done.result.as_json()})
    elif not quiet:
        put(f"{done.page.text()}\n\n{tr('Results: {path}', path=done.path)}\n{report_line(done.path)}")


def report_line(path: Path) -> str:
    """The command that makes one file of what lies in a folder."""
    return tr("Report: {command}", command=f"corridor report {shlex.quote(str(path))}")


@contextmanager
def progress(quiet: bool, workers: int | None = None) -> Iterator[Callable[[int, int, str], None] | None]:
    """How far the work is, on stderr: a bar on a terminal, else a line now and then; nothing with ``quiet``.

    Args:
        workers: replications at a time, as the command was given them; for the expected time.
    """
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with _bar() as (show, line):
            yield _both(show, Pace(line, workers))
    else:
        pace = Pace(say, workers)
        with _every(LINE_EVERY_S, lambda: say(pace.line())):
            yield pace


class Pace:
    """How quickly replications are done, and how long the rest will take.

    Called as any ``Progress``. ``say`` is given one line, when it is known that the rest will take long.
    Replications that were there before count as done, not as worked at; the time before they begin, in which the
    engine is compiled, counts for none.
    """

    def __init__(
        self, say: Callable[[str], None], workers: int | None = None, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._say, self._workers, self._now_s = say, workers or os.cpu_count() or 1, now_s
        self._done, self._total, self._what, self._worked, self._expected = 0, 0, mark("preparing"), 0, False
        self._begun_s = self._first_s = self._last_s = now_s()

    def __call__(self, done: int, total: int, what: str) -> None:
        """Take in that ``done`` of ``total`` replications are finished."""
        now_s = self._now_s()
        if not self._total or (done == self._done and not self._worked):  # it begins now: the engine is ready
            self._begun_s = now_s
        elif done == self._done + 1 and now_s - self._last_s > _READ_FROM_DISK_S:
            self._worked += 1
            if self._worked == 1:
                self._first_s = now_s
        self._done, self._total, self._what, self._last_s = done, total, what, now_s
        left_s = self.left_s()
        # a first replication that is quick has mostly started things up: a few more say how long each takes
        ripe = self._worked > self._workers or now_s - self._begun_s >= LINE_EVERY_S
        if self._worked and ripe and not self._expected and left_s is not None:
            self._expected = True
            if left_s >= LINE_EVERY_S:
                left = total - done
                self._say(
                    plural(
                        "{count} replication to go, expected to take {time}",
                        "{count} replications to go, expected to take {time}",
                        left,
                        count=left,
                        time=about(left_s),
                    )
                )

    def left_s(self) -> float | None:
        """Seconds that the rest will take at the pace so far; None before the first replication is timed."""
        if not self._worked:
            return None
        if self._worked > self._workers:  # what came before the first was done is left out
            return (self._last_s - self._first_s) / (self._worked - 1) * max(self._total - self._done, 0)
        # when the first is done, those beside it are all but done
        at_once = self._workers if self._worked == 1 else 1
        in_all = max(self._worked, min(at_once, self._worked + self._total - self._done))
        return (self._last_s - self._begun_s) / in_all * max(self._total - self._done, 0)

    def line(self) -> str:
        """What is worked at, done and planned, and the time left."""
        if not self._total:
            return tr(self._what)
        left_s = self.left_s() if self._done < self._total else None
        told = tr("{what}: {done} of {total} replications done", what=self._what, done=self._done, total=self._total)
        return told if left_s is None else tr("{told}, {time} left", told=told, time=about(left_s))


def about(seconds: float) -> str:
    """A length of time in words, as roughly as it is known: ``about 40 s``, ``about 12 min``, ``about 3.5 h``."""
    if seconds < 90:
        return tr("about {count} s", count=max(5, 5 * round(seconds / 5)))
    if seconds < 90 * 60:
        return tr("about {count} min", count=in_form(f"{seconds / 60:.0f}"))
    return tr("about {count} h", count=in_form(f"{seconds / 3600:.1f}"))


@contextmanager
def _every(period_s: float, act: Callable[[], None]) -> Iterator[None]:
    """Act again and again beside what is done inside."""
    over = threading.Event()

    def repeat() -> None:
        while not over.wait(period_s):
            act()

    beside = threading.Thread(target=repeat, name="progress", daemon=True)
    beside.start()
    try:
        yield
    finally:
        over.set()
        beside.join()


@contextmanager
def _bar() -> Iterator[tuple[Callable[[int, int, str], None], Callable[[str], None]]]:
    """A bar, and how to print a line above it."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(tr("preparing"), total=None)
        yield (
            lambda done, total, what: bar.update(task, completed=done, total=total, description=harmless(tr(what))),
            lambda line: bar.console.print(harmless(line), markup=False, highlight=False),
        )


def _both(
    show: Callable[[int, int, str], None], pace: Callable[[int, int, str], None]
) -> Callable[[int, int, str], None]:
    def tell_both(done: int, total: int, what: str) -> None:
        show(done, total, what)
        pace(done, total, what)

    return tell_both
