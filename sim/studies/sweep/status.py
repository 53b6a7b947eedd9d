"""How far a sweep is: what of it is done, missing and failed. Nothing is run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Unpack

from sim.record import INLINE, OPTIONAL, Record
from sim.runs.options import How, options_of
from sim.runs.point_until import grown_so_far
from sim.studies.sweep.begin import begin
from sim.studies.sweep.factors import Value


@dataclass(frozen=True, slots=True)
class Counts(Record):
    """How many are done, missing (nothing is stored, or too few replications), and failed."""

    total: int
    done: int
    missing: int
    failed: int

    def text(self, least: str = "") -> str:
        """In words, without a name; ``least`` stands before what may become more."""
        return f"{self.done:,} of {least}{self.total:,} done, {least}{self.missing:,} missing, {self.failed:,} failed"


@dataclass(frozen=True, slots=True)
class FailedPoint(Record):
    """A point that cannot be run, or of which a replication failed."""

    values: Mapping[str, Value] = field(metadata=INLINE)  #: factor -> its value
    point: str  #: its name in the store of points
    reason: str


@dataclass(frozen=True, slots=True)
class SweepStatus(Record):
    """How far a sweep is."""

    sweep: str
    title: str
    points: Counts
    replications: Counts
    failures: tuple[FailedPoint, ...]
    until: str = field(default="", metadata=OPTIONAL)  #: the rule; then replications that are missing are the fewest
    reached: int = field(default=0, metadata=OPTIONAL)  #: points done that have what the rule asks for

    def text(self) -> str:
        """As the command prints it."""
        points = self.points.text().replace(" done", " points done", 1)
        told = [f"{self.title}: {points}", f"Replications: {self.replications.text('at least ' if self.until else '')}"]
        if self.until:
            others = self.points.done - self.reached
            told.append(
                f"Of the points done {self.reached:,} have {self.until}, {others:,} have not and are at the cap"
            )
        for one in self.failures:
            told.append(f"{', '.join(f'{key} = {value}' for key, value in one.values.items())}: {one.reason}")
        return "\n".join(told)


def sweep_status(
    name_or_path: str | Path, *, inputs: str = "fixed", until: str = "", most: int | None = None, **how: Unpack[How]
) -> SweepStatus:
    """How far a sweep with these options is.

    Args:
        inputs, until, most, how: as in ``run_sweep``.

    Raises:
        InputError: as ``run_sweep`` does, before it runs anything.
    """
    begun = begin(str(name_or_path), replace(options_of(how), inputs=inputs, until=until, most=most))
    states, failures, done, missing, failed = {"done": 0, "missing": 0, "failed": 0}, [], 0, 0, 0
    reached = 0
    for point in begun.points:
        if begun.rule is not None and not point.failed:
            growth, found = grown_so_far(begun.runs, point.at, begun.rule)
            reached += growth.reached and growth.next is None
        else:
            found = begun.runs.standing([point.at])
        done, missing, failed = done + found.done, missing + found.missing, failed + found.failed
        reason = found.reasons.get(point.at.point, "")
        states["failed" if reason else "missing" if found.missing else "done"] += 1
        if reason:
            failures.append(FailedPoint(point.values, point.at.point, reason))
    return SweepStatus(
        sweep=begun.plan.name,
        title=begun.plan.content.title,
        points=Counts(len(begun.points), **states),
        replications=Counts(done + missing + failed, done, missing, failed),
        failures=tuple(failures),
        until=str(begun.rule or ""),
        reached=reached,
    )
