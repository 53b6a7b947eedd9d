"""The fixed point between runs: what is shipped is the answer to the times that it makes.

Iteration by iteration all replications of the period are run with the same luck, of which a smaller demand drops the last
departures of a month. What shippers know of a month are the months before it, so the answer of a month hangs on earlier
ones alone, and there is one fixed point.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.errors import RunError
from sim.model.draws import Model
from sim.model.patching import Patcher
from sim.network.tables import Market
from sim.network.world import World, resolve
from sim.results.files import whole_file
from sim.results.identity import is_sealed, sealed, short_id
from sim.results.store import run_folder
from sim.runs.demand.answer import Answers, Mind, Usual, constants_of, usual_of
from sim.runs.demand.calendar import Stretches, stretches
from sim.runs.demand.measured import Journeys, Seen, see
from sim.runs.demand.reference import reacting, reference_of
from sim.runs.demand.within import usual_only, weighed_of
from sim.runs.identify import identify
from sim.runs.options import Options
from sim.runs.sampled_inputs import varies
from sim.scenario.demand import DemandRule, MarketMonth, SettledDemand, Weighed
from sim.statistics.fixed_point import NotSettled, settle

F64 = npt.NDArray[np.float64]
FILE = "demand.json"
#: The last run of a reference: run id and flows -> what was seen.
_KEPT: dict[tuple[str, tuple[str, ...]], Seen] = {}


def settled(world: World, options: Options) -> World:
    """The world with the demand that its shippers settle on, or with how its shipments decide; itself where they do not
    react, or have settled.

    What was found is kept in the folder of results, and found again.

    Raises:
        InputError: the reference cannot be run.
        RunError: the demand does not settle.
    """
    scenario = world.scenario
    if not scenario.demand.reacts or scenario.settled is not None:
        return world
    base = reference_of(world)
    name = short_id([identify(world, options.engine), identify(base, options.engine), "demand"])
    folder = run_folder(options.out, scenario.name, name)
    found = _stored(folder / FILE) if not options.force else None
    if found is None:
        settling = _Settling(world, base, options)
        found = settling.weighed() if scenario.demand.rule == "within_run" else settling.found()
        folder.mkdir(parents=True, exist_ok=True)
        with whole_file(folder / FILE) as handle:
            handle.write((json.dumps(sealed(_plain(found)), indent=1) + "\n").encode())
    return resolve(replace(scenario, settled=found))


@dataclass
class _Settling:
    world: World
    base: World
    options: Options

    def __post_init__(self) -> None:
        names = list(self.world.markets)
        self.flows = [flow for name in names for flow in self.world.markets[name].flows]
        self.active = [k for k, name in enumerate(names) if name in reacting(self.world)]
        self.same = self.world.canonical() | {"demand": None} == self.base.canonical() | {"demand": None}
        self.done = 0

    def weighed(self) -> SettledDemand:
        """How shipments decide while a run goes: the base year is run, and one replication of the plan, for its charges."""
        self.runs = 1 if self.same else 2
        base_seen = self._of_base(None)
        price = base_seen.price
        if not self.same:
            price = self._see(_of_one_replication(self.world), None, None).price
        minds, weighed = self._minds(base_seen), dict[str, Weighed]()
        for k in self.active:
            weighed |= weighed_of(minds[k], price)
        x = np.array([mind.growth if k in self.active else np.ones_like(mind.growth) for k, mind in enumerate(minds)])
        months = tuple(month for mind, part in zip(minds, x, strict=True) for month in _as_planned(mind, part))
        constants = {
            minds[k].name: _by_way(minds[k].constants, minds[k].market) for k in self.active if minds[k].market.rivals
        }
        gain: dict[str, tuple[float, ...]] = {minds[k].name: () for k in self.active}
        return SettledDemand(_shipping(minds, x).multiples, months, (), gain, constants, weighed)

    def found(self) -> SettledDemand:
        """Run until it settles. Raises RunError with the cycle if it does not."""
        rule, names = self.world.scenario.demand, list(self.world.markets)
        self.patcher = None if varies(self.world.scenario, "fixed") else Patcher(self.world)
        model = self.patcher.model if self.patcher else None
        self.runs = rule.iterations + 1
        same = self.same
        base_seen = self._of_base(model if same else None)
        self.minds = self._minds(base_seen)
        self.calendar = self.minds[0].calendar
        self.first: Seen | None = base_seen if same else None
        self.seen = base_seen
        start = np.ones((len(names), len(self.calendar.days) - 1))
        try:
            fixed = settle(self._response, start, self._gap, rule.tolerance, rule.iterations, rule.damping)
        except NotSettled as error:
            raise RunError(self._cycle(error, rule)) from None
        return self._account(fixed.x, fixed.gaps)

    # -- the answer to a demand

    def _response(self, x: F64) -> F64:
        """[market, stretch] what shippers answer to the times that ``x`` makes."""
        plain = bool((x == 1).all())
        if plain and self.first is not None:
            self.seen = self.first
        else:
            scenario = replace(self.world.scenario, settled=_shipping(self.minds, x))
            patch = self.patcher.with_demand(scenario) if self.patcher else None
            model = patch.model if patch else None
            world = model.world if model else resolve(scenario)
            self.seen = self._see(world, model, None if plain else self.seen.price)
        answer = np.ones_like(x)
        for k in self.active:
            mind = self.minds[k]
            answer[k] = mind.answers(mind.known(self.seen)).share
        return answer

    def _see(self, world: World, model: Model | None, prices: dict[str, float] | None) -> Seen:
        options, count = self.options, self.world.scenario.replications
        if options.progress:
            options.progress(self.done, self.runs * count, "demand")

        def told() -> None:
            self.done += 1
            if options.progress:
                options.progress(self.done, self.runs * count, "demand")

        flows = [name for name in self.flows if name in world.flows]
        seen = see(world, model, flows, options.engine, options.workers, told, prices)
        absent = [name for name in self.flows if name not in world.flows]
        journeys: dict[str, list[Journeys]] = {name: [] for name in absent}
        return Seen(seen.journeys | journeys, seen.price | dict.fromkeys(absent, 0.0))

    def _of_base(self, model: Model | None) -> Seen:
        """The run of the reference, which one call after another may ask for."""
        key = (identify(self.base, self.options.engine), tuple(self.flows))
        if key not in _KEPT:
            seen = self._see(self.base, model, None)
            _KEPT.clear()
            _KEPT[key] = seen
        return _KEPT[key]

    def _gap(self, x: F64, answer: F64) -> float:
        """Largest part of a market's plan of the period by which the answer differs."""
        worst = 0.0
        for k in self.active:
            plan = np.sum(list(self.minds[k].plan.values()), axis=0) * self.calendar.in_period
            if plan.sum() > 0:
                worst = max(worst, float((np.abs(answer[k] - x[k]) * plan).sum() / plan.sum()))
        return worst

    def _cycle(self, error: NotSettled, rule: DemandRule) -> str:
        """What to say of a demand that does not settle: the last parts of the plan that each market shipped."""
        told = []
        for k in self.active:
            plan = np.sum(list(self.minds[k].plan.values()), axis=0) * self.calendar.in_period
            if plan.sum() > 0:
                parts = [float((x[k] * plan).sum() / plan.sum()) for x in error.cycle]
                if max(parts) - min(parts) > rule.tolerance / 2:
                    told.append(f"{self.minds[k].name} {', '.join(f'{part:.3f}' for part in parts)}")
        cycle = f": {'; '.join(told)}" if told else ""
        return (
            f"the demand of {self.world.scenario.name} does not settle in {len(error.gaps)} iterations (what is shipped "
            f"differs from the answer to it by {', '.join(f'{gap:.3f}' for gap in error.gaps[-4:])} of a market, allowed "
            f"{rule.tolerance:g}); parts of the plan shipped in the last iterations{cycle or ': as the gaps'}; a smaller "
            "demand.damping, such as 0.5, may settle it"
        )

    # -- the markets

    def _minds(self, base_seen: Seen) -> list[Mind]:
        world, rule, minds = self.world, self.world.scenario.demand, []
        base = self._base_like()
        here, there = _calendar(world), _calendar(base)
        for name, market in world.markets.items():
            flows = [flow for flow in market.flows if flow in self.base.flows]
            base_plan = {flow: there.planned(self.base.flows[flow]) for flow in flows}
            usual = usual_of(market, there, base_seen, base_plan)
            plan = {flow: here.planned(world.flows[flow]) for flow in market.flows}
            one = np.ones(len(there.days) - 1)
            empty = np.zeros(0)
            in_base = Mind(name, market, base, there, base_plan, usual, empty, one, False)
            growth = (
                np.ones(len(here.days) - 1) if rule.size == "plan" else self._growth(name, here, there, usual, plan)
            )
            mind = Mind(name, market, world, here, plan, usual, empty, growth, rule.induced == "on")
            able = name in reacting(world)
            if able:
                known = usual_only(in_base) if rule.rule == "within_run" else in_base.known(base_seen)
                mind = replace(mind, constants=constants_of(in_base, known))
            minds.append(mind)
        return minds

    def _base_like(self) -> World:
        """The reference with the markets of the scenario, and its own quotes of rivals: what the scenario changes of them is
        no part of the base year. A rival that is new in the scenario is quoted as there."""
        rivals = self.world.rivals | self.base.rivals
        return replace(self.base, rivals=rivals, markets=self.world.markets, raw=self.world.raw)

    def _growth(self, name: str, here: Stretches, there: Stretches, usual: Usual, plan: dict[str, F64]) -> F64:
        """[stretch] size of a market over what the plan makes it, where it grows as its total."""
        market = self.world.markets[name]
        planned = np.sum(list(plan.values()), axis=0)
        days = np.diff(np.array(here.days, "M8[D]")).astype(float)
        base_days = (there.reported[1] - there.reported[0]).days
        base_rate = sum(usual.units.values()) / base_days
        if market.total is None:
            grown = np.ones(len(days))
        else:
            middle = there.reported[0] + (there.reported[1] - there.reported[0]) / 2
            grown = np.array([market.total.at(day) for day in here.days[:-1]]) / market.total.at(middle)
        year = np.array([day.year for day in here.days[:-1]])
        of_year = {y: planned[year == y].sum() / days[year == y].sum() for y in set(year.tolist())}
        rate = np.array([of_year[y] for y in year.tolist()])  # the plan's own profile over the months stays
        return np.divide(base_rate * grown, rate, out=np.ones(len(days)), where=rate > 0)

    # -- what has come of it

    def _account(self, x: F64, gaps: tuple[float, ...]) -> SettledDemand:
        months: list[MarketMonth] = []
        gain: dict[str, tuple[float, ...]] = {}
        constants: dict[str, dict[str, float]] = {}
        for k, mind in enumerate(self.minds):
            ways = [given.rival for given in mind.market.rivals]
            if k not in self.active:
                months += _as_planned(mind, np.ones_like(mind.growth))
                continue
            answers = mind.answers(mind.known(self.seen))
            months += _months(mind, answers, x[k], ways)
            gain[mind.name] = tuple(
                self._gain(mind, mind.answers(mind.known(self.seen, r)))
                for r in range(self.world.scenario.replications)
            )
            if ways:
                constants[mind.name] = _by_way(mind.constants, mind.market)
        return SettledDemand(_shipping(self.minds, x).multiples, tuple(months), gaps, gain, constants)

    def _gain(self, mind: Mind, answers: Answers) -> float:
        plan = np.sum(list(mind.plan.values()), axis=0) * self.calendar.in_period
        return float((answers.gain_usd * plan).sum())


def _calendar(world: World) -> Stretches:
    return stretches(world, [world.rivals[given.rival] for m in world.markets.values() for given in m.rivals])


def _shipping(minds: Sequence[Mind], x: F64) -> SettledDemand:
    """What is shipped, flow by flow; flows of which all is are left out."""
    multiples: dict[str, tuple[tuple[date, float], ...]] = {}
    for mind, parts in zip(minds, x.tolist(), strict=True):
        if any(part != 1 for part in parts):
            own = tuple(zip(mind.calendar.days[:-1], parts, strict=True))
            multiples |= dict.fromkeys(mind.market.flows, own)
    return SettledDemand(multiples, (), (), {}, {})


def _months(mind: Mind, answers: Answers, x: F64, ways: Sequence[str]) -> list[MarketMonth]:
    """What became of the plan, month by month; what is shipped is ``x``, which the answer agrees with but for the tolerance.

    The difference counts as the answer does: it is taken out of all that is not shipped alike.
    """
    calendar, plan = mind.calendar, np.sum(list(mind.plan.values()), axis=0)
    induced = np.divide(answers.induced * x, answers.share, out=np.zeros_like(x), where=answers.share > 0)
    lost = mind.growth - (x - induced)  # parts of the plan, of what would come at the base year's shares
    won = answers.turned
    if ways:  # what the tolerance leaves over is shared out by size
        base = np.array([given.share for given in mind.market.rivals])
        won = won + (lost - won.sum(axis=1))[:, None] * base / base.sum()
    declined = np.zeros_like(lost) if ways else lost
    found = []
    corridor_base = 1 - sum(given.share for given in mind.market.rivals)
    for m, first in enumerate(calendar.months[:-1]):
        here = (calendar.month == m) & (calendar.in_period > 0)
        if not here.any():
            continue
        weight = plan[here] * calendar.in_period[here]
        to_rival = {way: float((won[here, j] * weight).sum()) for j, way in enumerate(ways)}
        of_market = mind.growth[here] * weight / corridor_base
        carried = {way: float((answers.of_ways[here, j + 1] * of_market).sum()) for j, way in enumerate(ways)}
        found.append(
            MarketMonth(
                mind.name,
                first,
                float((mind.growth[here] * weight).sum()),
                to_rival,
                float((declined[here] * weight).sum()),
                float((induced[here] * weight).sum()),
                float((x[here] * weight).sum()),
                carried,
                float(answers.known.mean_d[m]),
                float(answers.known.sd_d[m]),
                float(answers.known.price[m]),
            )
        )
    return found


def _by_way(constants: F64, market: Market) -> dict[str, float]:
    return dict(zip(["corridor", *(given.rival for given in market.rivals)], constants.tolist(), strict=True))


def _of_one_replication(world: World) -> World:
    return replace(world, scenario=replace(world.scenario, replications=1))


def _as_planned(mind: Mind, part: F64) -> list[MarketMonth]:
    """Months of which ``part`` [stretch] of the plan would come, and is offered."""
    calendar, plan = mind.calendar, np.sum(list(mind.plan.values()), axis=0) * mind.calendar.in_period * part
    monthly = np.bincount(calendar.month, plan).tolist()
    reported = np.bincount(calendar.month, calendar.in_period) > 0
    return [
        MarketMonth(mind.name, first, monthly[m], {}, 0.0, 0.0, monthly[m])
        for m, first in enumerate(calendar.months[:-1])
        if reported[m]
    ]


# -- kept between runs


def _plain(found: SettledDemand) -> Mapping[str, Any]:
    return {
        "multiples": {name: [[day.isoformat(), part] for day, part in own] for name, own in found.multiples.items()},
        "months": [{**vars(month), "month": month.month.isoformat()} for month in found.months],
        "gaps": list(found.gaps),
        "gain_usd": {name: list(own) for name, own in found.gain_usd.items()},
        "constants": {name: dict(own) for name, own in found.constants.items()},
        "weighed": {
            name: {**vars(own), "days": [day.isoformat() for day in own.days]} for name, own in found.weighed.items()
        },
    }


def _stored(path: Path) -> SettledDemand | None:
    """What was found before, if it is as it was written."""
    with suppress(OSError, ValueError, RecursionError, KeyError, TypeError):
        told = json.loads(path.read_text(encoding="utf-8"))
        if is_sealed(told):
            return SettledDemand(
                {n: tuple((date.fromisoformat(d), float(p)) for d, p in own) for n, own in told["multiples"].items()},
                tuple(MarketMonth(**{**m, "month": date.fromisoformat(m["month"])}) for m in told["months"]),
                tuple(told["gaps"]),
                {name: tuple(own) for name, own in told["gain_usd"].items()},
                told["constants"],
                {name: _weighed(own) for name, own in told["weighed"].items()},
            )
    return None


def _weighed(told: Any) -> Weighed:
    tuples = {name: _tuples(value) if isinstance(value, list) else value for name, value in told.items()}
    return Weighed(**{**tuples, "days": tuple(date.fromisoformat(day) for day in told["days"])})


def _tuples(value: Any) -> Any:
    return tuple(_tuples(one) for one in value) if isinstance(value, list) else value
