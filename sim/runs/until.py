"""Replications until an indicator is known well enough: how the rule is written, and a run that grows by it.

The replications lie in the folder of the scenario's series (``sim.runs.series``), whose id knows no number, so that a
run by another rule, or a higher cap, takes up those that are there. Each is the one that a run of a fixed number has. The
run itself has an id of its own: the rule and the cap belong to it, the number that they come to does not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isfinite
from typing import TYPE_CHECKING, Any

from sim.errors import InputError, Problem
from sim.indicators import INDICATORS, Measure, measure
from sim.network.indicator_scopes import refuse_unknown_scope
from sim.results.identity import short_id
from sim.results.writing import RunWriter
from sim.runs.series import Series
from sim.statistics.stopping import FIRST, Look, Precision, until_enough

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.network.world import World
    from sim.runs.options import Options

_FORM = "write 'transit_p50 of cargo TEU within 2%', or 'within 0.3' in the indicator's unit"
_RULE = re.compile(r"(?P<kpi>.+?)\s+within\s+(?P<number>[0-9]*\.?[0-9]+)\s*(?P<unit>%|[A-Za-z/]+)?\s*")


@dataclass(frozen=True)
class Until:
    """The rule: an indicator, how short its 95 % interval is to be, and the most replications."""

    measure: Measure
    precision: Precision
    most: int

    def __str__(self) -> str:
        within = self.precision.within
        size = f"{within * 100:g}%" if self.precision.relative else f"{within:g} {INDICATORS[self.measure.kpi].unit}"
        return f"{self.measure} within {size}"

    @property
    def facts(self) -> list[object]:
        """What of it belongs to the identity of a run."""
        return [*self.measure, self.precision.within, self.precision.relative, self.most]

    def grow(self, series: Series, options: Options) -> list[Look]:
        """Do as many replications as it takes; every look."""
        done = 0

        def told() -> None:
            nonlocal done
            done += 1
            if options.progress:
                options.progress(done, max(done, FIRST), f"until {self}, {self.most} at most")

        def values(n: int) -> Sequence[float]:
            series.grow(n, told)
            return series.values(self.measure, n).tolist()

        return until_enough(values, self.precision, self.most)


def read_rule(text: str, most: int) -> Until:
    """Read ``KPI of SCOPE within 2%``. Raises InputError."""
    found = _RULE.fullmatch(text.strip())
    problems = []
    if most < 2:
        problems.append(Problem(f"{most}; allowed: 2 or more replications", "--most"))
    if found is None:
        raise InputError([*problems, Problem(f"{text!r} is no rule; {_FORM}", "--until")])
    try:
        asked: Measure | None = measure(found["kpi"])
    except ValueError as error:
        asked = None
        problems.append(Problem(str(error), "--until"))
    within, unit = float(found["number"]), found["unit"] or ""
    if within <= 0 or (unit == "%" and within >= 100):
        problems.append(
            Problem(f"within {found['number']}{unit}: allowed is more than 0, and less than 100%", "--until")
        )
    if asked is not None and unit not in ("", "%", INDICATORS[asked.kpi].unit):
        problems.append(Problem(f"{asked.kpi} is in {INDICATORS[asked.kpi].unit}, not in {unit}; {_FORM}", "--until"))
    if problems or asked is None:
        raise InputError(problems)
    return Until(asked, Precision(within / 100 if unit == "%" else within, unit == "%"), most)


@dataclass(frozen=True)
class Grown:
    """A world with as many replications as a rule came to, where they lie, and what the manifest says of it."""

    world: World
    parts: RunWriter
    told: Mapping[str, Any]


def refuse_unfit_rule(world: World, rule: Until, options: Options) -> None:
    """Raise InputError for a rule that a scenario, or other options, cannot have."""
    refuse_unknown_scope(world, rule.measure, "--until")
    odd = {
        "--replications": options.replications is not None,
        "--check": options.check,
        "--keep-operations": options.keep_operations,
    }
    problems = [
        Problem(f"{name} has no place beside --until; leave one of the two out", name) for name, on in odd.items() if on
    ]
    if problems:
        raise InputError(problems)


def grown(world: World, rule: Until, options: Options) -> Grown:
    """Grow a world's replications until the rule is met or its cap is reached. Raises InputError and RunError."""
    series = Series(world, options)
    found = rule.grow(series, options)
    last = found[-1]
    told = {
        "rule": str(rule),
        "most": rule.most,
        "replications": last.n,
        "reached": last.holds,
        "mean": _known(last.found.mean),
        "half_width": last.found.half_width,
        "unit": INDICATORS[rule.measure.kpi].unit,
        "note": last.found.note,
        "looks": [{"n": one.n, "mean": _known(one.found.mean), "half_width": one.found.half_width} for one in found],
        "within": rule.precision.within,
        "relative": rule.precision.relative,
    }
    scenario = replace(world.scenario, replications=last.n)
    return Grown(replace(world, scenario=scenario), RunWriter(series.folder, series.series_id), told)


def _known(value: float) -> float | None:
    return value if isfinite(value) else None


def id_of(endless: str, rule: Until) -> str:
    """The id of a run by a rule; ``endless`` that of its series."""
    return short_id([endless, "until", *rule.facts])
