"""Points that grow until an indicator is known well enough, each by itself.

All that have not ended grow together, to the number at which the rule is looked at next (``sim.statistics.stopping``),
so that no lane is idle. What a point came to so far is read from the store by its name: of a point only its looks are
kept here, and the same call, or another rule, takes up what is stored. A point has the replications of a run of a fixed
number, and ends where ``corridor run --until`` of the same values does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sim.runs.notices import notice
from sim.runs.point_runs import Planned, PointRuns, Standing
from sim.runs.until import id_of
from sim.statistics.stopping import Look, next_look

if TYPE_CHECKING:
    from sim.runs.until import Until


@dataclass(slots=True)
class Growth:
    """A point that grows by a rule to ``replications``; ``failed`` says why it ended without a value."""

    planned: Planned
    rule: Until
    looks: list[Look] = field(default_factory=list)
    replications: int = 0
    failed: str = ""

    @property
    def next(self) -> int | None:
        """Replications at the next look; None where it has ended."""
        return None if self.failed else next_look(self.looks, self.rule.most)

    @property
    def reached(self) -> bool:
        """Whether the last look has what the rule asks for."""
        return bool(self.looks) and self.looks[-1].holds and not self.failed

    @property
    def at(self) -> Planned:
        """The point with as many replications as it came to; its run is that of ``corridor run --until``."""
        return replace(self.planned, replications=self.replications, run_id=id_of(self.planned.point, self.rule))

    def look(self, runs: PointRuns, n: int) -> None:
        """Look at the first ``n`` replications, which are stored."""
        read = runs.read(self.planned, n)
        self.replications, self.failed = n, read.failed
        if not self.failed:
            values = read.contributions(self.rule.measure) or [float("nan")] * n
            self.looks.append(self.rule.precision.look(values, n))


def grow(runs: PointRuns, points: Sequence[Planned], rule: Until) -> Mapping[str, Growth]:
    """Grow points until each has met the rule or its cap; those with problems are passed over. By the points' names.

    Raises RunError and CheckFailed as ``PointRuns.run`` does; the same call resumes.
    """
    found = {p.point: Growth(p, rule) for p in points if not p.problems}
    while due := [(one, n) for one in found.values() if (n := one.next) is not None]:
        runs.run([replace(one.planned, replications=n) for one, n in due])
        for one, n in due:
            one.look(runs, n)
        ended = sum(one.next is None for one in found.values())
        if runs.options.progress and ended < len(found):
            notice(f"{ended} of {len(found)} points have ended by the rule, {rule}; the others continue")
    return found


def grown_so_far(runs: PointRuns, planned: Planned, rule: Until) -> tuple[Growth, Standing]:
    """How far a point is by what is stored, and how its replications up to the next look stand; nothing is run."""
    one = Growth(planned, rule)
    while (n := one.next) is not None:
        standing = runs.standing([planned], n)
        if standing.missing or standing.failed:
            return one, standing
        one.look(runs, n)
    return one, runs.standing([planned], one.replications)
