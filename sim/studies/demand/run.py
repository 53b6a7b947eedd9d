"""How much of what comes rests on the value of time, the scale of the logit, the reliability ratio and the elasticity."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Unpack

from sim.analysis.markets import market_info
from sim.errors import InputError, Problem, RunError
from sim.language.words import in_english
from sim.network.world import World
from sim.results.identity import short_id
from sim.runs.demand.reference import reacting
from sim.runs.demand.settle import settled
from sim.runs.identify import identify
from sim.runs.options import How, options_of
from sim.runs.prepare import prepare
from sim.studies.demand.page import page
from sim.studies.demand.result import DemandStudy, Variant
from sim.studies.study import Study, publish

AS_IT_IS = "as it is"
#: Field of a market that chooses -> (words, factor or value, whether it is a factor), from the ranges of its facts.
_OF_CHOICE: tuple[tuple[str, str, float, bool], ...] = (
    ("value_of_time", "value of time, half", 0.5, True),
    ("value_of_time", "value of time, twice", 2.0, True),
    ("scale", "scale of the logit, 0.6 times", 0.6, True),
    ("scale", "scale of the logit, 1.6 times", 1.6, True),
    ("reliability_ratio", "reliability ratio 0.1", 0.1, False),
    ("reliability_ratio", "reliability ratio 1.2", 1.2, False),
)
_OF_CAPTIVE = ("elasticity", "elasticity of captive cargo, 5.2 times", 5.2, True)


@in_english()
def demand(name_or_path: str | Path, **how: Unpack[How]) -> Study[DemandStudy]:
    """Let the demand of a scenario settle as it is, and once for each of the numbers by which shippers weigh.

    Args:
        name_or_path: a scenario whose demand answers.
        how: overrides, replications, seed, engine, workers, out, figures, progress, as ``Options`` says.

    Raises:
        InputError: the scenario, or its demand is as planned. RunError: the demand as it is does not settle.
    """
    options = options_of(how)
    world = prepare(name_or_path, options.header)
    scenario = world.scenario
    if not scenario.demand.reacts:
        message = f"the demand of {scenario.name} is as planned; --set demand.rule=between_runs lets it answer"
        raise InputError([Problem(message, str(name_or_path))])
    asked = [(AS_IT_IS, ()), *_variants(world)]
    found: list[Variant] = []
    failed: dict[str, str] = {}
    planned_t = 0.0
    for k, (name, overrides) in enumerate(asked):
        own = prepare(name_or_path, (*options.header, *overrides)) if overrides else world
        try:
            settled_world = settled(own, options.nth(k, len(asked), name))
        except RunError as error:
            if not overrides:
                raise
            failed[name] = str(error)
            continue
        variant, whole_t = _variant(name, overrides, settled_world)
        planned_t = planned_t if found else whole_t
        found.append(variant)
    result = DemandStudy(
        scenario.name,
        scenario.title,
        scenario.seed,
        scenario.replications,
        planned_t,
        {name: world.markets[name].title for name in reacting(world)},
        tuple(found),
        failed,
    )
    study_id = short_id(["demand", identify(world, options.engine)])
    rows = (
        {
            "variant": v.name,
            "offered_t": v.offered_t,
            "gain_usd": v.gain_usd,
            **{f"part_{m}": p for m, p in v.part.items()},
        }
        for v in found
    )
    return publish("demand", Path(options.out) / "demand" / scenario.name, study_id, result, rows, page(result))


def _variants(world: World) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Words, and the overrides of every market that answers."""
    markets = {name: world.markets[name] for name in reacting(world)}
    for fields, captive in ((_OF_CHOICE, False), ((_OF_CAPTIVE,), True)):
        own = {name: m for name, m in markets.items() if (m.reacts == "captive") == captive}
        for field, words, value, is_factor in fields if own else ():
            at = {name: float(getattr(m, field) or 0.0) * value if is_factor else value for name, m in own.items()}
            yield words, tuple(f"markets.{name}.{field}={number:.6g}" for name, number in at.items())


def _variant(name: str, overrides: tuple[str, ...], world: World) -> tuple[Variant, float]:
    """A settled demand in tonnes, and what would have come as in the base year."""
    found = world.scenario.settled
    assert found is not None
    offered_t = planned_t = 0.0
    part: dict[str, float] = {}
    for market, info in market_info(world).items():
        plan, came = sum(m.plan for m in info.months), sum(m.offered for m in info.months)
        offered_t += came * info.tonnes_per_unit
        planned_t += plan * info.tonnes_per_unit
        if market in found.gain_usd:
            part[market] = came / plan if plan else 1.0
    gain = sum(sum(own) / len(own) for own in found.gain_usd.values() if own)
    return Variant(name, overrides, offered_t, part, gain, len(found.gaps)), planned_t
