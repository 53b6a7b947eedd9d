"""Candidates in the order of what a million USD buys, with the chance that each is best."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from sim.indicators import INDICATORS, Measure
from sim.record import fields_of
from sim.report.estimate import Estimate
from sim.statistics.intervals import interval
from sim.statistics.knapsack import best_package
from sim.statistics.selection import chance_best, plausible_means
from sim.studies.rank.candidates import Candidate
from sim.studies.rank.ranking import (
    BestPackage,
    CandidateRun,
    Order,
    PricedCandidate,
    RunTogether,
    UnpricedCandidate,
    UnrankedCandidate,
)

F64 = npt.NDArray[np.float64]
#: Plausible worlds in which the best is looked for; packages, which take longer to find, in fewer.
DRAWS, PACKAGE_DRAWS = 10_000, 500


def order(
    measure: Measure,
    unit: str,
    entries: Sequence[tuple[Candidate, F64]],
    confidence: float,
    seed: int,
    conflicts: Collection[frozenset[int]] = (),
    budget_musd: float | None = None,
) -> Order:
    """Rank candidates by their gain per million USD.

    Args:
        measure, unit: what is looked at; a gain is a change in its good direction.
        entries: each candidate with its change of the indicator, [replication], on the luck of the base.
        confidence: from which a candidate counts as the best.
        seed: fixes the draws of plausible means.
        conflicts: pairs of priced candidates (places among them) that cannot be had together.
        budget_musd: what a package may cost.
    """
    with_cost = [(one, x) for one, x in entries if one.cost_musd is not None]
    kept = [place for place, (_, x) in enumerate(with_cost) if is_known(x)]
    priced = [with_cost[place] for place in kept]
    unknown = [(one, x) for one, x in entries if one.cost_musd is None and is_known(x)]
    samples = [gain_per_musd(x, measure, one.cost_musd) for one, x in priced]
    chances = chances_of(samples, seed)
    means = plausible_means(samples, DRAWS, seed) if samples else np.empty((DRAWS, 0))
    rows = [
        PricedCandidate(
            **fields_of(_run_of(one, x)),
            gain_per_musd=Estimate.of(interval(samples[k])),
            helps=_above_zero(means[:, k]),
            best=chances[k],
        )
        for k, (one, x) in enumerate(priced)
    ]
    rows.sort(key=lambda row: (-_mean(row.gain_per_musd), row.candidate))
    top = _mean(rows[0].gain_per_musd) if rows else 0.0
    found = INDICATORS[measure.kpi]
    barred = among(conflicts, kept)
    package = None if budget_musd is None else _package([one for one, _ in priced], samples, budget_musd, barred, seed)
    return Order(
        measure=str(measure),
        words=found.words,
        scope=measure.scope,
        unit=unit,
        good=found.good,
        confidence=confidence,
        ranked=tuple(rows),
        nothing_best=chances[-1],
        known=bool(rows) and rows[0].best >= confidence,
        cost_unknown=_unpriced(unknown, measure, top, seed),
        not_finite=tuple(UnrankedCandidate(one.name, one.title, _why(x)) for one, x in entries if not is_known(x)),
        budget=package,
    )


def is_known(effect: F64) -> bool:
    """Whether an effect can be ranked: two replications or more have it, and none is endless."""
    return not np.isinf(effect).any() and int(np.isfinite(effect).sum()) > 1


def gain_per_musd(effect: F64, measure: Measure, cost_musd: float | None) -> F64:
    """[replication] change in the good direction for each million USD."""
    return _gain(effect, measure) / (cost_musd or 1.0)


def chances_of(samples: Sequence[F64], seed: int) -> list[float]:
    """Chance that each candidate is best, and last that none does any good: they add up to 1."""
    means = plausible_means(samples, DRAWS, seed) if samples else np.empty((1, 0))
    nothing = np.full((len(means), 1), np.nextafter(0.0, 1.0))  # just above 0: doing nothing wins ties, it is free
    return [float(x) for x in chance_best(np.hstack([means, nothing]))]


def among(conflicts: Collection[frozenset[int]], kept: Sequence[int]) -> set[frozenset[int]]:
    """Pairs of places that were kept, as places among those kept."""
    return {frozenset(kept.index(place) for place in pair) for pair in conflicts if pair <= set(kept)}


def package_chances(
    samples: Sequence[F64], costs: Sequence[float], budget_musd: float, conflicts: Collection[frozenset[int]], seed: int
) -> tuple[float, F64]:
    """Chance that the package that would be chosen now is the best, and how often each candidate is in the best.

    ``samples`` are gains per million USD, [replication] of each candidate.
    """
    packages = _packages(plausible_means(samples, DRAWS, seed), costs, budget_musd, conflicts)
    chosen = _choose([float(np.nanmean(s)) for s in samples], costs, budget_musd, conflicts)
    inside = np.array([sum(n for package, n in packages.items() if k in package) for k in range(len(samples))], float)
    return packages[chosen] / packages.total(), inside / packages.total()


def hold_together(whole: F64, apart: Mapping[str, F64]) -> RunTogether:
    """A package's effect as it was run against the sum of its members' own effects, [replication] each.

    Args:
        whole: of the package.
        apart: of each member by name, over the same replications.
    """
    total = np.sum(list(apart.values()), axis=0)
    return RunTogether(
        over=len(whole),
        apart={name: Estimate.of(interval(x)) for name, x in apart.items()},
        sum=Estimate.of(interval(total)),
        together=Estimate.of(interval(whole)),
        beyond=Estimate.of(interval(whole - total)),
    )


def _gain(effect: F64, measure: Measure) -> F64:
    return effect if INDICATORS[measure.kpi].good == "higher" else -effect


def _mean(found: Estimate) -> float:
    """The mean of what is known (see ``is_known``)."""
    assert found.mean is not None
    return found.mean


def _run_of(one: Candidate, effect: F64) -> CandidateRun:
    return CandidateRun(
        candidate=one.name,
        title=one.title,
        kind=one.kind,
        members=one.members,
        grade=one.grade,
        cost_musd=one.cost_musd,
        cost_year=one.cost_year,
        cost_given=one.cost_given,
        replications=len(effect),
        effect=Estimate.of(interval(effect)),
    )


def _unpriced(
    unknown: Sequence[tuple[Candidate, F64]], measure: Measure, top: float, seed: int
) -> tuple[UnpricedCandidate, ...]:
    """Candidates without a cost by their gain; ``top`` is the gain per million USD of the first that has one."""
    if not unknown:
        return ()
    gains = [_gain(effect, measure) for _, effect in unknown]
    means = plausible_means(gains, DRAWS, seed)
    most = chance_best(means)
    rows = []
    for k, (one, effect) in enumerate(unknown):
        gain = float(np.nanmean(gains[k]))
        row = UnpricedCandidate(
            **fields_of(_run_of(one, effect)),
            unpriced=one.unpriced,
            worth_musd=gain / top if top > 0 and gain > 0 else None,
            helps=_above_zero(means[:, k]),
            most=float(most[k]),
        )
        rows.append((gain, row))
    return tuple(row for _, row in sorted(rows, key=lambda pair: (-pair[0], pair[1].candidate)))


def _why(effect: F64) -> str:
    """Why an effect is not a number."""
    if np.isinf(effect).any() or len(effect) < 2:
        return "not reached: too many shipments have not arrived"
    return "no such cargo, or in one replication only"


def _above_zero(means: F64) -> float:
    return float((means > 0).mean())


def _package(
    priced: Sequence[Candidate],
    samples: Sequence[F64],
    budget_musd: float,
    conflicts: Collection[frozenset[int]],
    seed: int,
) -> BestPackage:
    """The package that gains most within the budget, gains added up."""
    if not priced:
        return BestPackage(budget_musd, (), 0.0, None, {})
    costs = [one.cost_musd or 0.0 for one in priced]
    chosen = _choose([float(np.nanmean(s)) for s in samples], costs, budget_musd, conflicts)
    sure, included = package_chances(samples, costs, budget_musd, conflicts, seed)
    often = sorted(np.flatnonzero(included).tolist(), key=lambda k: (-included[k], priced[k].name))
    return BestPackage(
        budget_musd=budget_musd,
        members=tuple(priced[k].name for k in chosen),
        cost_musd=sum(costs[k] for k in chosen),
        chance=sure,
        included={priced[k].name: float(included[k]) for k in often},
    )


def _packages(
    means: F64, costs: Sequence[float], budget_musd: float, conflicts: Collection[frozenset[int]]
) -> Counter[tuple[int, ...]]:
    """How often each package is the best in the first of the plausible worlds, [draw, candidate]."""
    return Counter(_choose(draw, costs, budget_musd, conflicts) for draw in means[:PACKAGE_DRAWS].tolist())


def _choose(
    gains_per_musd: Sequence[float], costs: Sequence[float], budget_musd: float, conflicts: Collection[frozenset[int]]
) -> tuple[int, ...]:
    gains = [gain * cost for gain, cost in zip(gains_per_musd, costs, strict=True)]
    return best_package(gains, costs, budget_musd, conflicts)


def ranking_rows(found: Order) -> Iterator[Mapping[str, object]]:
    """One row a candidate that was run, ranked ones first; estimates as columns, ``rank`` empty without a cost."""
    rows: list[PricedCandidate | UnpricedCandidate] = [*found.ranked, *found.cost_unknown]
    for place, row in enumerate(rows, start=1):
        priced = row if isinstance(row, PricedCandidate) else None
        unpriced = row if isinstance(row, UnpricedCandidate) else None
        yield {
            "rank": place if priced else None,
            "candidate": row.candidate,
            "title": row.title,
            "kind": row.kind,
            "measure": found.measure,
            "unit": found.unit,
            "cost_musd": row.cost_musd,
            "cost_year": row.cost_year,
            "cost_given": row.cost_given,
            "grade": row.grade,
            "effect_mean": row.effect.mean,
            "effect_half_width": row.effect.half_width,
            "gain_per_musd_mean": priced and priced.gain_per_musd.mean,
            "gain_per_musd_half_width": priced and priced.gain_per_musd.half_width,
            "helps": row.helps,
            "best": priced and priced.best,
            "most": unpriced and unpriced.most,
            "worth_musd": unpriced and unpriced.worth_musd,
            "replications": row.replications,
        }
