"""When replications are enough: a rule that is looked at now and then, and keeps the coverage of its interval.

Whoever looks after each replication until the interval is short stops where the spread happens to look small, and the
interval covers less often than it says. Here the rule is looked at a few times only, at numbers that grow by half, from
ten on, so that the spread is known well before it decides; and where it holds, ten more replications confirm it, which
were not chosen for what they show. The interval is that of all of them (Law, Simulation Modeling and Analysis, 5th ed.,
section 9.4.1, on relative precision; Chow and Robbins 1965, The Annals of Mathematical Statistics 36, 457-462).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil, isfinite, sqrt

from sim.statistics.intervals import Interval, interval, without_noise

#: Replications at the first look, how much more at each further one, and how many confirm.
FIRST, GROWTH, CONFIRMING = 10, 1.5, 10


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen after so many replications."""

    n: int
    found: Interval
    holds: bool


@dataclass(frozen=True)
class Precision:
    """A half-width that is small enough: ``within`` times the mean if ``relative``, else ``within`` itself."""

    within: float
    relative: bool

    def holds(self, found: Interval) -> bool:
        """Whether an interval is known and that short."""
        if found.half_width is None or not isfinite(found.mean):
            return False
        return found.half_width <= (abs(found.mean) * self.within if self.relative else self.within)

    def look(self, values: Sequence[float], n: int) -> Look:
        """What contributions of ``n`` replications show, [n]."""
        seen = interval(values)
        return Look(n, seen, self.holds(seen))


def looks(most: int) -> Iterator[int]:
    """Numbers of replications at which the rule is looked at; the last is ``most``."""
    n = min(FIRST, most)
    while n < most:
        yield n
        n = ceil(n * GROWTH)
    yield most


def fewest(most: int) -> int:
    """Replications at the end of a rule that holds at its first look, of at most ``most``."""
    return min(FIRST + CONFIRMING, most)


def next_look(found: Sequence[Look], most: int) -> int | None:
    """Replications at which the rule is looked at next, after these looks; None where the last of them ends it.

    A look that holds is confirmed by the next; two in a row that hold end it, and ``most`` replications do.
    """
    if not found:
        return min(FIRST, most)
    last = found[-1]
    if last.n >= most or (last.holds and len(found) > 1 and found[-2].holds):
        return None
    if last.holds:
        return min(last.n + CONFIRMING, most)
    return next(n for n in looks(most) if n > last.n)


def until_enough(values: Callable[[int], Sequence[float]], precision: Precision, most: int) -> list[Look]:
    """Grow until the precision is reached and confirmed, or ``most`` replications are done; every look, the last the end.

    Args:
        values: contributions of the first ``n`` replications, [n]; asked for growing numbers.
    """
    found: list[Look] = []
    while (n := next_look(found, most)) is not None:
        found.append(precision.look(values(n), n))
    return found


def mser5(series: Sequence[float], batch: int = 5) -> int | None:
    """Observations of the start that are cut off: the number that makes the mean of the rest most precise.

    The marginal standard error rule on means of batches of five (White 1997, Simulation 69, 323-334; White, Cobb and
    Spratt 2000, Proceedings of the Winter Simulation Conference, 755-760). None where the best cut is in the second half:
    then the series is too short to say.
    """
    whole = len(series) // batch
    if whole < 4:
        return None
    means = [sum(series[k * batch : (k + 1) * batch]) / batch for k in range(whole)]
    best, cut = float("inf"), 0
    for d in range(whole - 1):
        rest = means[d:]
        mean = sum(rest) / len(rest)
        error = without_noise(sqrt(sum((x - mean) ** 2 for x in rest)) / len(rest), mean)
        if error < best:
            best, cut = error, d
    return cut * batch if cut <= whole // 2 else None
