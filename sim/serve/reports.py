"""The report of a question: the scenario as it is against the saved one, as the one file that ``corridor report`` writes."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from pathlib import Path

from sim.errors import RunError
from sim.handout.report import write_report
from sim.runs.replicate import run_scenario
from sim.serve.words import REFUSED, WORDS
from sim.studies.compare.run import compare_scenarios


class Reports:
    """Makes one report at a time, and remembers those that were made: an address of the page is no path."""

    def __init__(self, out: Path, engine: str, workers: int | None) -> None:
        self._out, self._engine, self._workers = out, engine, workers
        self._at_work, self._made = threading.Lock(), dict[str, Path]()
        self._ended = threading.Event()

    def make(
        self, base: str, changed: str, say: Callable[[str], None], stopped: Callable[[], bool]
    ) -> tuple[str, Path]:
        """Run what is missing and write the report; returns its name in addresses and its path.

        Args:
            base, changed: scenarios as ``corridor run`` takes them; ``changed`` empty: the report of the base alone.
            say: is told how far it is, in words.
            stopped: whether nobody waits for it any more.

        Raises:
            RunError: a report is being made already.
            CancelledError: ``stopped``.
        """

        def told(done: int, total: int, what: str) -> None:
            if stopped() or self._ended.is_set():
                raise CancelledError
            if total:
                say(f"{what}: {WORDS['report_working'].format(done=done, of=total)}")

        if not self._at_work.acquire(blocking=False):
            raise RunError(REFUSED["busy"].format(n=1))
        try:
            out, engine, workers = str(self._out), self._engine, self._workers
            if changed:
                pair = compare_scenarios(
                    [base, changed], out=out, engine=engine, workers=workers, figures=False, progress=told
                )
                found = pair.path
            else:
                run = run_scenario(base, out=out, engine=engine, workers=workers, figures=False, progress=told)
                found = run.path
            told(0, 0, "")
            say(WORDS["report_drawing"])
            path = write_report(str(found), out=out)
        finally:
            self._at_work.release()
        name = secrets.token_urlsafe(12)
        self._made[name] = path
        return name, path

    def path(self, name: str) -> Path | None:
        """A report that was made here."""
        return self._made.get(name)

    def close(self) -> None:
        """End what is being made."""
        self._ended.set()
