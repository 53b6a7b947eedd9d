"""Take a package scenario apart: its changes beyond the base, as parts that can be left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Literal, get_args

from sim.errors import InputError, Problem, nearest
from sim.network.consistency import check
from sim.network.world import resolve
from sim.scenario.uses import contradictions

if TYPE_CHECKING:
    from sim.network.world import World
    from sim.scenario.changes import Change
    from sim.scenario.load import Scenario

By = Literal["intervention", "kind", "package"]


@dataclass(frozen=True)
class Part:
    """One part of a package: its name, what it bundles, and the places of its changes in the scenario."""

    name: str
    members: tuple[str, ...]
    changes: frozenset[int]


def parts(base: Scenario, package: Scenario, by: str = "intervention") -> list[Part]:
    """The parts by which ``package`` differs from ``base``, in the order of their first change.

    Args:
        by: ``intervention``: each by itself, and each parameter under ``set``; ``kind`` and ``package`` bundle
            interventions of one kind or package, and all parameters under ``set``.

    Raises:
        InputError: if the package is not the base with changes added, or is the base.
    """
    if by not in get_args(By):
        allowed = get_args(By)
        raise InputError([Problem(f"{by!r} is not known; allowed: {', '.join(allowed)}{nearest(by, allowed)}", "--by")])
    own = [_key(change) for change in base.changes]
    extra = [k for k, change in enumerate(package.changes) if _key(change) not in own]
    lacking = [change for change in base.changes if _key(change) not in {_key(c) for c in package.changes}]
    if lacking:
        what = ", ".join(dict.fromkeys(f"{c.label} of {c.key}" for c in lacking[:3]))
        raise InputError([Problem(f"{package.name} is not {base.name} with changes added: it lacks {what}")])
    if not extra:
        nothing = f"{package.name} changes nothing that {base.name} does not; there is nothing to take apart"
        raise InputError([Problem(nothing)])
    if by == "package" and not any(use.package for use in package.interventions):
        raise InputError(
            [
                Problem(
                    f"{package.name} names no packages; write packages: {{name: [ids]}} in it, or take"
                    " it apart --by kind or --by intervention",
                    str(package.path),
                )
            ]
        )
    found: dict[str, list[int]] = {}
    for k in extra:
        found.setdefault(_part_name(package, package.changes[k], by), []).append(k)
    return [Part(name, _members(package, places), frozenset(places)) for name, places in found.items()]


def with_parts(package: Scenario, every: Sequence[Part], chosen: Sequence[Part]) -> Scenario:
    """The package with some of its parts only."""
    dropped = frozenset[int]().union(*(p.changes for p in every)) - frozenset[int]().union(*(p.changes for p in chosen))
    kept = tuple(change for k, change in enumerate(package.changes) if k not in dropped)
    labels = {change.label for change in kept}
    used = tuple(use for use in package.interventions if use.id in labels)
    return replace(package, changes=kept, interventions=used)


def with_changes(scenario: Scenario, extra: Sequence[Change]) -> Scenario:
    """A scenario with more changes, in the order in which a file that extends it would make them.

    Interventions by date, then settings; what the command line sets beats them. Raises InputError where they contradict.
    """
    own = tuple(c for c in scenario.changes if c.label != "--set")
    layer = len(scenario.chain)
    added = sorted(extra, key=lambda c: (c.label == "set", c.since or date.min))
    last = [replace(c, layer=layer + 1) for c in scenario.changes if c.label == "--set"]
    changes = (*own, *(replace(c, layer=layer) for c in added if c.label != "--set"), *last)
    problems = list(contradictions(changes))
    if problems:
        raise InputError(problems)
    return replace(scenario, changes=changes)


def world_of(scenario: Scenario, what: str) -> World:
    """Resolve and check a scenario made here. Raises InputError that begins with ``what``."""
    try:
        world = resolve(scenario)
        problems = check(world)
    except InputError as error:
        problems = error.problems
    if problems:
        raise InputError([Problem(f"{what}: {p.message}", p.file, p.line) for p in problems])
    return world


def _part_name(package: Scenario, change: Change, by: str) -> str:
    use = next((use for use in package.interventions if use.id == change.label), None)
    if use is not None:
        return str({"intervention": use.id, "kind": use.kind, "package": use.package or use.id}[by])
    if change.label in ("set", "--set"):
        return change.key if by == "intervention" else "set"
    return change.label


def _members(package: Scenario, places: Sequence[int]) -> tuple[str, ...]:
    changes = [package.changes[k] for k in places]
    return tuple(dict.fromkeys(c.key if c.label in ("set", "--set") else c.label for c in changes))


def _key(change: Change) -> tuple[object, ...]:
    return (change.key, change.action, repr(change.value), change.since, change.until, change.label)
