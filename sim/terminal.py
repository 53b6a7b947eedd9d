"""What a command shows: errors as plain lines, a bar while it works, and what it found as text or JSON."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from sim.errors import CorridorError

if TYPE_CHECKING:
    from sim.experiment.study import Study
    from sim.results.store import Run


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn errors that a user can meet into plain lines on stderr and the exit code."""
    try:
        yield
    except CorridorError as error:
        say(str(error))
        raise typer.Exit(error.exit_code) from None
    except KeyboardInterrupt:
        say("interrupted; the same command goes on where it stopped")
        raise typer.Exit(130) from None
    except MemoryError:
        say("not enough memory; fewer --workers need less, and finished replications are kept")
        raise typer.Exit(3) from None
    except BrokenPipeError:  # the reader of our output has seen enough
        sys.stderr.close()
        raise typer.Exit(0) from None


def say(text: str) -> None:
    """Tell the user something that is not a result: on stderr, at once."""
    print(text, file=sys.stderr, flush=True)


def print_json(value: Any) -> None:
    """Print a value as JSON on stdout; what is not finite becomes null."""
    from sim.results.files import plain_json

    print(plain_json(value), end="")


def described(done: Run) -> dict[str, Any]:
    """Where a run lies, and its figures."""
    return {"run_id": done.run_id, "path": str(done.path), "hit": done.hit,
            "figures": sorted(str(f) for f in (done.path / "figures").glob("*.png"))}  # fmt: skip


def tell(done: Study, text: Callable[[dict[str, Any]], str], json_: bool, quiet: bool, **more: Any) -> None:
    """What a study found: as JSON, as text, or not at all."""
    if json_:
        figures = [str(figure) for figure in done.figures]
        print_json({"id": done.study_id, "path": str(done.path), "figures": figures, **more, **done.result})
    elif not quiet:
        print(f"{text(done.result)}\n\nResults: {done.path}")


@contextmanager
def progress_bar(silent: bool) -> Iterator[Callable[[int, int, str], None] | None]:
    """A bar on stderr while work goes on; nothing where nobody would see it."""
    if silent or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("preparing", total=None)
        yield lambda done, total, what: bar.update(task, completed=done, total=total, description=what)
