"""What may be ranked against a base: interventions of the catalogue and package scenarios, with what they cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING

from sim.errors import InputError, Problem, nearest
from sim.report.common_flows import common_flows
from sim.scenario.interventions import read_catalogue
from sim.scenario.library import scenario_paths
from sim.scenario.load import load_scenario
from sim.scenario.overrides import Overrides
from sim.scenario.uses import contradictions
from sim.studies.package_parts import parts, with_changes, world_of

if TYPE_CHECKING:
    from sim.network.world import World
    from sim.scenario.changes import Change
    from sim.scenario.interventions import CatalogueEntry

#: Kinds that nobody buys to better the corridor: other cargo, and what goes wrong.
NOT_BOUGHT = ("demand", "disruption")


@dataclass(frozen=True)
class Candidate:
    """Something that can be added to the base.

    ``cost_musd`` is None where it is not published for every member, and ``unpriced`` names those it is not for.
    ``extra`` are the changes beyond the base, ``world`` the base with them.
    ``cost_given``: the cost is the caller's own.
    """

    name: str
    title: str
    kind: str
    members: tuple[str, ...]
    excludes: frozenset[str]
    cost_musd: float | None
    cost_year: int | None
    cost_given: bool
    unpriced: tuple[str, ...]
    grade: str
    extra: tuple[Change, ...]
    world: World


@dataclass(frozen=True)
class LeftOut:
    """A candidate that is not simulated, and why; ``group`` says it in a few words."""

    name: str
    title: str
    group: str
    why: str


class NotRanked(InputError):
    """A candidate that is known and well written, but cannot be held against the others here.

    ``group`` says why in a few words, ``more`` the particulars.
    """

    def __init__(self, name: str, group: str, more: str = "") -> None:
        self.group = group
        super().__init__([Problem(f"{name} {group}{': ' if more else ''}{more}")])


def candidates(
    base: World,
    names: Sequence[str],
    *,
    overrides: Overrides = (),
    at: date | None = None,
    costs: Mapping[str, float] | None = None,
    budget_musd: float | None = None,
) -> tuple[list[Candidate], list[LeftOut]]:
    """The candidates by name, or all that the catalogue has with a cost; and those left out.

    Args:
        base: what they are added to.
        names: ids of interventions, names or files of scenarios; none: the whole catalogue.
        overrides: as for the base, applied to scenarios too.
        at: day from which interventions hold; None: each from the catalogue's day. Scenarios keep their dates.
        costs: million USD by name, in place of those published or where none is.
        budget_musd: what costs more is left out.

    Raises:
        InputError: with every problem: unknown names, what cannot be simulated, what lies beyond the budget,
            scenarios that are not the base with changes added, changes of demand. Without ``names``
            entries that are ``NotRanked`` are left out with the reason; all else is still an error.
    """
    costs = costs or {}
    catalogue = read_catalogue(base.scenario.path.parent)
    found: list[Candidate] = []
    left_out: list[LeftOut] = []
    problems = _wrong_costs(costs, names or list(catalogue))
    used = {use.id for use in base.scenario.interventions}
    for name in dict.fromkeys(names or [id_ for id_ in catalogue if id_ not in used]):
        try:
            entry = catalogue.get(name)
            why = _not_to_simulate(entry, name in used, bool(names), costs.get(name)) if entry else None
            if why is not None:
                raise NotRanked(name, *why)
            one = (
                _intervention(base, entry, at, costs)
                if entry
                else _scenario(base, name, overrides, costs, tuple(catalogue))
            )
            _refuse(one, base, budget_musd)
            found.append(one)
        except InputError as error:
            if isinstance(error, NotRanked) and not names:
                said = error.problems[0].message
                left_out.append(LeftOut(name, catalogue[name].intervention.title, error.group, said))
            else:
                problems += error.problems
    if not problems and not found:
        counts = Counter(x.group for x in left_out)
        told = "; ".join(f"{n} {group}" for group, n in counts.most_common())
        advice = "write interventions of your own into interventions.yaml beside the scenario"
        problems = [Problem(f"there is nothing to rank: no intervention fits {base.scenario.name} ({told}); {advice}")]
    if problems:
        raise InputError(list(dict.fromkeys(problems)))
    return found, left_out


def conflicts(found: Sequence[Candidate]) -> set[frozenset[int]]:
    """Pairs (by place) that cannot be had together: a common member, exclusion, or two values for one parameter."""

    def clash(a: Candidate, b: Candidate) -> bool:
        if set(a.members) & set(b.members) or a.excludes & set(b.members) or b.excludes & set(a.members):
            return True
        fixed = [{c.key for c in one.extra if c.label == "set"} for one in (a, b)]
        keys = [{c.key for c in one.extra} for one in (a, b)]
        if fixed[0] & keys[1] or fixed[1] & keys[0]:
            return True
        return any(True for _ in contradictions((*a.extra, *b.extra)))

    return {frozenset(pair) for pair in combinations(range(len(found)), 2) if clash(found[pair[0]], found[pair[1]])}


def together(base: World, chosen: Sequence[Candidate]) -> World:
    """The base with several candidates at once. Raises InputError where they do not fit together."""
    extra = [change for one in chosen for change in one.extra]
    scenario = replace(
        with_changes(base.scenario, extra),
        name="together",
        title=", ".join(one.name for one in chosen),
        interventions=(),
    )
    return world_of(scenario, "the package")


def _intervention(base: World, entry: CatalogueEntry, at: date | None, costs: Mapping[str, float]) -> Candidate:
    item = entry.intervention
    extra = entry.changes(at)
    try:
        scenario = replace(with_changes(base.scenario, extra), name=entry.id, title=item.title, primary_kpi="")
        world = world_of(scenario, entry.id)
    except InputError as error:
        raise NotRanked(entry.id, "does not fit this network", "; ".join(p.message for p in error.problems)) from None
    return Candidate(
        name=entry.id,
        title=item.title,
        kind=item.kind,
        members=(entry.id,),
        excludes=frozenset(item.excludes),
        cost_musd=costs.get(entry.id, item.cost_musd),
        cost_year=None if entry.id in costs else item.cost_year,
        cost_given=entry.id in costs,
        unpriced=() if entry.id in costs or item.cost_musd is not None else (entry.id,),
        grade=item.grade,
        extra=tuple(extra),
        world=world,
    )


def _scenario(
    base: World, name: str, overrides: Overrides, costs: Mapping[str, float], ids: Sequence[str]
) -> Candidate:
    """A package: a scenario that is the base with changes added."""
    is_file = "/" in name or name.endswith((".yaml", ".yml"))
    if not is_file and name not in scenario_paths():
        known = f"neither an intervention of the catalogue nor a scenario{nearest(name, [*ids, *scenario_paths()])}"
        raise InputError([Problem(f"{name!r} is {known}")])
    own = base.scenario
    package = replace(load_scenario(name, overrides), seed=own.seed, replications=own.replications)
    spans = [(s.period_start, s.period_end, s.warm_up_s, s.run_out_s) for s in (own, package)]
    if spans[0] != spans[1]:
        both = "; ".join(f"{s.name}: {s.period_start} to {s.period_end}" for s in (own, package))
        raise InputError([Problem(f"the scenarios cover different periods ({both}); run both over one period")])
    members = parts(own, package)
    places = sorted(frozenset[int]().union(*(part.changes for part in members)))
    priced = {use.id: use.cost_musd for use in package.interventions}
    unpriced = tuple(part.name for part in members if priced.get(part.name) is None)
    cost = None if unpriced else sum(priced[part.name] or 0.0 for part in members)
    given = costs.get(name, costs.get(package.name))
    return Candidate(
        name=package.name,
        title=package.title,
        kind="package",
        members=tuple(part.name for part in members),
        excludes=frozenset(x for use in package.interventions for x in use.excludes),
        cost_musd=cost if given is None else given,
        cost_year=None,
        cost_given=given is not None,
        unpriced=unpriced if given is None else (),
        grade="",
        extra=tuple(package.changes[k] for k in places),
        world=world_of(package, package.name),
    )


def _not_to_simulate(entry: CatalogueEntry, used: bool, named: bool, cost: float | None) -> list[str] | None:
    """Why an entry of the catalogue is no candidate (group and particulars), or None.

    Without names some are left out that may be named.
    """
    item = entry.intervention
    if used:
        return ["is part of the base already"]
    if item.effect != "changes":
        words = {
            "not_modelled": "cannot be simulated",
            "outcome": "is an outcome to compare a result with",
            "in_base": "changes nothing, the geodata have it",
        }[item.effect]
        return [words, str(getattr(item, item.effect))]
    if named:
        return None
    if item.kind in NOT_BOUGHT:
        return [f"is {item.kind}, which is not bought"]
    return ["cost unknown", "none is published"] if item.cost_musd is None and cost is None else None


def _refuse(one: Candidate, base: World, budget_musd: float | None) -> None:
    """Raise NotRanked if a candidate cannot be held against the others."""
    if one.cost_musd is not None and one.cost_musd <= 0:
        raise NotRanked(one.name, "costs nothing", "there is no effect per USD; give it a cost with --cost")
    if budget_musd is not None and one.cost_musd is not None and one.cost_musd > budget_musd:
        over = f"{one.cost_musd:g} of {budget_musd:g} million USD"
        raise NotRanked(one.name, "costs more than the budget", over)
    last = base.scenario.clock.last_day
    begins = [change.since for change in one.extra if change.since is not None]
    if len(begins) == len(one.extra) and min(begins) > last:
        raise NotRanked(one.name, "begins after the end of the run", f"on {min(begins)}")
    first, second = base.canonical(), one.world.canonical()
    if first == second:
        raise NotRanked(one.name, "changes nothing in this run")
    _, differs = common_flows(first, second)
    if differs:
        what = f"that of {', '.join(differs)}; see corridor compare"
        raise NotRanked(one.name, "changes demand, which is no gain", what)


def _wrong_costs(costs: Mapping[str, float], known: Sequence[str]) -> list[Problem]:
    from pathlib import Path

    allowed = {*known, *(Path(name).stem for name in known)}
    problems = [
        Problem(f"{name!r} is no candidate{nearest(name, allowed)}", "--cost") for name in costs if name not in allowed
    ]
    return problems + [
        Problem(f"{name}: {cost:g} million USD; it must be above 0", "--cost")
        for name, cost in costs.items()
        if not 0 < cost < float("inf")
    ]
