"""Candidates raced against each other: some replications for each, then more where they tell most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.errors import InputError
from sim.indicators import DEFAULT_PRIMARY, Measure
from sim.report.common_flows import flows_of
from sim.report.stranded import Stranded, stranded
from sim.runs.options import Options
from sim.runs.series import Series
from sim.statistics.selection import allocate, allocate_to_doubtful
from sim.studies.kpi_option import not_in_runs, one_to_rank_by
from sim.studies.rank.candidates import Candidate, conflicts, together
from sim.studies.rank.result import among, chances_of, gain_per_musd, hold_together, is_known, package_chances

if TYPE_CHECKING:
    import numpy as np

    from sim.network.world import World
    from sim.studies.rank.ranking import RunTogether


class Race:
    """The base and all candidates, and how many replications each of them has."""

    def __init__(self, world: World, found: Sequence[Candidate], budget_musd: float | None, options: Options) -> None:
        self.candidates, self.budget_musd = list(found), budget_musd
        self.priced = [one for one in found if one.cost_musd is not None]
        self.conflicts = conflicts(self.priced)
        self._options = options
        self.series = [Series(w, options) for w in (world, *(one.world for one in found))]
        self.base = self.series[0]
        self._of = dict(zip((one.name for one in found), self.series[1:], strict=True))
        self._progress, self._done, self._planned = options.progress, 0, 0

    def begin(self, kpi: str, total: int) -> Measure:
        """Run the first stage; returns the indicator, which only the runs can know to be there.

        ``total`` is as for ``go_on``, and says how much there is to do at most.

        Raises InputError if the indicator is not known, has no good direction, or the base has none of it.
        """
        first = self.base.world.scenario.replications
        wanted = one_to_rank_by(kpi) if kpi else None
        self._planned = first * len(self.series) + max(total - first * len(self.priced), 0)
        self._grow(self.base, first)
        measure = _known(wanted, self.base)
        for series in self.series[1:]:
            self._grow(series, first)
        self.measure = measure
        return measure

    def go_on(self, total: int, confidence: float) -> str:
        """Give out replications until the best is known; returns why it stopped.

        Args:
            total: replications of all candidates with a cost, the first stage included.
            confidence: probability with which the best candidate, or package, must be known.
        """
        if self.measure.kpi == "shippers_gain":  # known of the replications with which the demand has settled
            total = min(total, sum(self._of[one.name].count for one in self.priced))
        while True:
            places = [k for k, one in enumerate(self.priced) if is_known(self._gain_per_musd(one))]
            if not places:
                return "no candidate can be ranked"
            racing = [self.priced[k] for k in places]
            more = min(total - sum(self._of[one.name].count for one in self.priced), len(racing))
            sure, extra = self._next(places, max(more, 0))
            if sure >= confidence:
                return f"the best is known with {100 * confidence:g} %"
            if more <= 0:
                return "the replications are used up"
            if not extra.any():
                return "random variation changes nothing in these effects"
            for one, n in zip(racing, extra.tolist(), strict=True):
                if n:
                    self._grow(self.base, self._of[one.name].count + n)
                    self._grow(self._of[one.name], self._of[one.name].count + n)

    def _next(self, places: Sequence[int], more: int) -> tuple[float, np.ndarray]:
        """How sure it is which candidate (under a budget: which package) is best, and who gets ``more``."""
        import numpy as np

        racing, seed = [self.priced[k] for k in places], self.base.world.scenario.seed
        samples = [self._gain_per_musd(one) for one in racing]
        means, deviations = (np.array([f(s) for s in samples]) for f in (np.nanmean, lambda s: np.nanstd(s, ddof=1)))
        counts = np.array([len(s) for s in samples])
        if self.budget_musd is None:
            # doing nothing is a rival too, known to gain nothing
            rivals = np.append(means, 0.0), np.append(deviations, 0.0), np.append(counts, 0)
            return max(chances_of(samples, seed)), allocate(*rivals, more)[:-1]
        costs = [one.cost_musd or 0.0 for one in racing]
        sure, included = package_chances(samples, costs, self.budget_musd, among(self.conflicts, places), seed)
        return sure, allocate_to_doubtful(deviations * costs, included, counts, more)

    def effect(self, series: Series, count: int | None = None) -> np.ndarray:
        """[replication] change of the indicator against the base with common random numbers, in its own direction.

        Each side is pooled over the same replications: the first ``count``, or all that the series has.
        """
        import numpy as np

        count = series.count if count is None else count
        with np.errstate(invalid="ignore"):  # not reached in either: not a number, told as such later
            return np.asarray(series.values(self.measure, count) - self.base.values(self.measure, count))

    def entries(self) -> list[tuple[Candidate, np.ndarray]]:
        """Each candidate with its effect, [replication]."""
        return [(one, self.effect(self._of[one.name])) for one in self.candidates]

    def not_arrived(self) -> tuple[Stranded, ...]:
        """Shipments of the indicator's cargo that had not arrived, of the base and each candidate."""
        world = self.base.world.canonical()
        runs = {name: (series.unfinished, series.count) for name, series in (("", self.base), *self._of.items())}
        return stranded(runs, flows_of(world, self.measure.scope), world)

    def run_package(self, chosen: Sequence[str]) -> tuple[RunTogether, str]:
        """Run the chosen candidates together; returns what they do, and the id of the series."""
        members = [one for one in self.priced if one.name in chosen]
        if len(members) == 1:
            series = self._of[members[0].name]
        else:
            series = Series(together(self.base.world, members), self._options)
            count = min(self._of[one.name].count for one in members)
            self._planned += count
            self._grow(series, count)
        apart = {one.name: self.effect(self._of[one.name], series.count) for one in members}
        return hold_together(self.effect(series), apart), series.series_id

    def counts(self) -> list[int]:
        """Replications of the base and of each candidate."""
        return [series.count for series in self.series]

    def unit(self, measure: Measure) -> str:
        """Unit of an indicator."""
        kpis = self.base.kpis
        return str(kpis.loc[(kpis["kpi"] == measure.kpi) & (kpis["scope"] == measure.scope), "unit"].iloc[0])

    def _gain_per_musd(self, one: Candidate) -> np.ndarray:
        return gain_per_musd(self.effect(self._of[one.name]), self.measure, one.cost_musd or 1.0)

    def _grow(self, series: Series, count: int) -> None:
        def tell() -> None:
            self._done += 1
            if self._progress:
                self._progress(self._done, max(self._planned, self._done), series.world.scenario.name)

        series.grow(count, tell)


def _known(wanted: Measure | None, base: Series) -> Measure:
    """The indicator, if the base has it."""
    known = set(map(Measure, base.kpis["kpi"], base.kpis["scope"]))
    if wanted is None:
        return next(m for m in DEFAULT_PRIMARY if m in known)
    if wanted not in known:
        raise InputError([not_in_runs(wanted, known)])
    return wanted
