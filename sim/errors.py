"""Everything that can go wrong, said in one line: what is wrong, where, and what would be right.

Exit codes of the command: 0 done, 1 a check did not hold, 2 invalid input, 3 the run failed.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One fault of the input.

    ``message`` says what is wrong and what is allowed; ``file`` and ``line`` (1-based) say where.
    """

    message: str
    file: str = ""
    line: int | None = None

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{where}: {self.message}" if where else self.message


class CorridorError(Exception):
    """Root of all errors that a user can meet; ``exit_code`` is the command's."""

    exit_code = 3


#: So many problems are shown, each of so many letters at most; more help nobody and flood a terminal.
MOST_SHOWN, LONGEST_SHOWN = 100, 1_000


class InputError(CorridorError):
    """The input is not valid; carries every problem found, not only the first."""

    exit_code = 2

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        lines = [
            line if len(line) <= LONGEST_SHOWN else line[: LONGEST_SHOWN - 3] + "..."
            for line in map(str, self.problems[:MOST_SHOWN])
        ]
        if len(self.problems) > MOST_SHOWN:
            lines.append(f"and {len(self.problems) - MOST_SHOWN:,} more")
        super().__init__("\n".join(lines))

    def __reduce__(self) -> tuple[type[InputError], tuple[list[Problem]]]:
        return type(self), (self.problems,)  # as it travels between processes


class CheckFailed(CorridorError):
    """An invariant, a balance or a stored digest did not hold."""

    exit_code = 1


class RunError(CorridorError):
    """The run could not be finished: deadlock, full disk, a clock beyond its range."""


class InputChanged(RunError):
    """Files that a run is made from are no longer what they were when it began."""


class DeadlockError(RunError):
    """Movers wait for each other, or for something that can never come; names who waits for whom."""


class EndlessLoopError(RunError):
    """Steps without duration follow one another within one second of the clock and never end; names whose."""


class DrawsExhausted(RunError):
    """An engine used up a block of pre-drawn voyage times; the caller draws a longer block and repeats."""


def memory_bytes(text: str) -> float:
    """Bytes of an amount of memory such as ``8GB`` or ``500 MB``. Raises ``InputError`` for anything else."""
    found = re.fullmatch(r"\s*([0-9]{1,6}(?:\.[0-9]+)?)\s*([MGT])i?B\s*", text, re.IGNORECASE)
    if not found or float(found[1]) <= 0:
        raise InputError([Problem(f"{text[:40]!r} is not an amount of memory; write it as 8GB or 500MB", "--memory")])
    return float(found[1]) * {"M": 1e6, "G": 1e9, "T": 1e12}[found[2].upper()]


def nearest(name: str, allowed: Iterable[str], how_many: int = 1) -> str:
    """Return a hint ``; nearest: 'x'`` for a misspelt ``name``, or an empty string."""
    names = [str(a) for a in allowed]
    same = [a for a in names if a.casefold() == str(name).casefold()]  # capitals alone differ
    close = same[:how_many] or difflib.get_close_matches(str(name), names, n=how_many, cutoff=0.5)
    return f"; nearest: {', '.join(repr(c) for c in close)}" if close else ""
