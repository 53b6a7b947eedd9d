"""What many points will cost before they are run: how many, how built, how long, how much disk.

Of each way of building a point one replication is done first and timed; it is stored like any other. Where a rule
decides how many replications a point has, the plan is of the fewest that it may come to, and says how many it may be.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sim.record import OPTIONAL, Record
from sim.statistics.stopping import fewest

if TYPE_CHECKING:
    from sim.runs.point_runs import Planned, PointRuns
    from sim.runs.until import Until


@dataclass(frozen=True, slots=True)
class Forecast(Record):
    """What is to be done; ``seconds`` and ``bytes`` are those of what is missing, None where no pilot could be timed."""

    points: int
    replications: int  #: of all points together
    patched: int  #: points that are patched from the scenario's model; the others are built as a whole
    rebuilt: dict[str, int]  #: why a point is built as a whole -> how many
    unfit: int  #: points that cannot be run
    done: int  #: replications that are stored
    seconds: float | None
    bytes: float | None
    workers: int
    rule: str = field(default="", metadata=OPTIONAL)  #: what decides how many replications a point has
    most: int = field(default=0, metadata=OPTIONAL)  #: replications that all points together may have by the rule

    def lines(self) -> list[str]:
        """The plan, to be printed before the work."""
        whole = sum(self.rebuilt.values())
        built = f"{self.patched:,} patched from the scenario's model, {whole:,} built as a whole"
        unfit = f", {self.unfit:,} that cannot be run" if self.unfit else ""
        count = f"{self.replications:,} replications"
        if self.rule:
            count = f"{self.replications:,} to {self.most:,} replications, until {self.rule} at each point"
        found = [f"Plan: {self.points:,} points, {count}; {built}{unfit}"]
        found += [f"  {count:,} as a whole: {why}" for why, count in sorted(self.rebuilt.items(), key=_most_first)[:3]]
        left = self.replications - self.done
        stored = f"{self.done:,} of them are stored; " if self.done else ""
        if not left:
            nothing = f"of the first {self.replications:,} nothing" if self.rule else "nothing"
            return [*found, f"  {stored}{nothing} is to be done"]
        if self.seconds is not None and self.bytes is not None:
            at_once, least = f"{self.workers} at a time", "at least " if self.rule else ""
            found.append(
                f"  {stored}{least}{left:,} to be done, expected to take {_about(self.seconds)} ({at_once}, from a timed "
                f"pilot) and {self.bytes / 1e6:,.1f} MB of disk"
            )
            if self.rule:
                times = (self.most - self.done) / left
                up_to = f"{_about(self.seconds * times)} and {self.bytes * times / 1e6:,.1f} MB"
                found.append(f"  at most {self.most - self.done:,}: {up_to}")
        return found


def forecast(
    runs: PointRuns, points: Sequence[Planned], replications: int | None = None, rule: Until | None = None
) -> Forecast:
    """What the points come to. Raises InputError and RunError as ``PointRuns.run`` does."""
    if rule is not None:
        replications = fewest(rule.most)
    workers = runs.options.workers or os.cpu_count() or 1
    fit = [planned for planned in points if not planned.problems]
    counts = {planned: planned.replications if replications is None else replications for planned in fit}
    before = runs.standing(points, replications)
    total = sum(counts.values())
    done = total - before.missing
    seconds: float | None = 0.0 if not before.missing else None
    size: float | None = 0.0 if not before.missing else None
    if before.missing:
        seconds, size, once_s = 0.0, 0.0, 0.0
        for own in ([p for p in fit if not p.rebuilt], [p for p in fit if p.rebuilt]):
            left = sum(counts[p] - _stored(runs, p, counts[p]) for p in own)
            if not left:
                continue
            timed = _pilot(runs, own)
            if timed is None:
                seconds = size = None
                break
            one_s, of_one = timed
            if own[0].rebuilt:  # built once, then replicated; without a patched point to compare with half is taken
                again_s = min(once_s or one_s / 2, one_s)
                seconds += ((one_s - again_s) * len(own) + again_s * left) / min(workers, left)
            else:
                once_s = one_s
                seconds += one_s * left / min(workers, left)
            size += of_one * left
    return Forecast(
        points=len(points),
        replications=total,
        patched=sum(not planned.rebuilt for planned in fit),
        rebuilt=dict(Counter(planned.rebuilt for planned in fit if planned.rebuilt)),
        unfit=len(points) - len(fit),
        done=done,
        seconds=seconds,
        bytes=size,
        workers=workers,
        rule=str(rule or ""),
        most=rule.most * len(fit) if rule else 0,
    )


def _stored(runs: PointRuns, planned: Planned, count: int) -> int:
    return count - runs.standing([planned], count).missing


def _pilot(runs: PointRuns, points: Sequence[Planned]) -> tuple[float, float] | None:
    """Seconds and bytes of a first replication; None if it fails."""
    first = next((p for p in points if not _stored(runs, p, 1)), points[0])
    runs.run([first], 1)
    head = runs.store.head(first.point, runs.indicators, 0)
    if head is None or head.failure is not None:
        return None
    return head.seconds, float(runs.store.path(first.point, runs.indicators, 0).stat().st_size)


def _about(seconds: float) -> str:
    if seconds < 90:
        return f"about {max(5, 5 * round(seconds / 5))} s"
    return f"about {seconds / 60:.0f} min" if seconds < 90 * 60 else f"about {seconds / 3600:.1f} h"


def _most_first(pair: tuple[str, int]) -> tuple[int, str]:
    return -pair[1], pair[0]
