"""Worlds that differ from replication to replication: inputs drawn within their ranges, and random delays.

Every draw has a stream of its own name, as luck has (``sim.model.streams``): the same replication of two
scenarios draws the same factor for the same input, whatever else either of them draws. What is drawn changes the
geodata first; the scenario's own changes are applied to that.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.clock import parse_duration
from sim.errors import InputError, Problem, RunError, nearest
from sim.model.sampled_delays import drawn_delays
from sim.model.streams import Streams
from sim.network.consistency import check
from sim.network.geofolder import read_geodata
from sim.network.levels import at_level, moved, quantile, six_digits
from sim.network.uncertain import nothing_to_draw, uncertain
from sim.network.world import resolve
from sim.runs.accepted_inputs import Accepted, refuse_unfit_sets
from sim.scenario.changes import Change
from sim.scenario.sampled_delays import random_delays, slipped

if TYPE_CHECKING:
    import pandas as pd

    from sim.network.uncertain import Uncertain
    from sim.network.world import World
    from sim.scenario.load import Scenario

#: How inputs are taken: as they stand, or of each replication drawn within their ranges, or one of the accepted sets.
INPUTS = ("fixed", "sampled", "accepted")
_PROBLEMS_SHOWN = 3


@dataclass(frozen=True)
class Drawn:
    """One number that a replication drew: what for, by which rule (scale, add, set, days_late), and the number."""

    name: str
    rule: str
    value: float


def check_inputs(inputs: str) -> None:
    """Raise InputError unless ``inputs`` is a way of taking the inputs."""
    if inputs not in INPUTS:
        hint = f"allowed: {', '.join(INPUTS)}{nearest(inputs, INPUTS)}"
        raise InputError([Problem(f"{inputs!r} is not known; {hint}", "--inputs")])


def varies(scenario: Scenario, inputs: str) -> bool:
    """Whether replications have worlds of their own."""
    return inputs != "fixed" or bool(random_delays(scenario))


def patches(scenario: Scenario, inputs: str) -> bool:
    """Whether the worlds of replications are patches of one: of accepted sets, which move fields that are declared."""
    return inputs == "accepted" and not random_delays(scenario)


class Worlds:
    """The worlds of one scenario's replications.

    Raises InputError if inputs are sampled and none has a range, or for faults of the table of accepted sets.
    """

    def __init__(self, scenario: Scenario, inputs: str) -> None:
        self.scenario, self.inputs = scenario, inputs
        self.ranges = uncertain_inputs(scenario) if inputs == "sampled" else []
        self._accepted = Accepted(scenario) if inputs == "accepted" else None

    def world(self, replication: int) -> tuple[World, list[Drawn]]:
        """The checked world of a replication, and what was drawn for it.

        Raises:
            RunError: if the drawn inputs do not fit together.
        """
        changes, drawn = self.changes(replication)
        try:
            world = resolve(replace(self.scenario, changes=changes))
            problems = check(world)
        except InputError as error:
            problems = error.problems
        if problems:
            raise RunError(misfit(replication, problems))
        return world, drawn

    def changes(self, replication: int) -> tuple[tuple[Change, ...], list[Drawn]]:
        """All changes of a replication in the order of their application, and what was drawn."""
        scenario = self.scenario
        late = drawn_delays(scenario, scenario.seed, replication)
        changes = slipped(scenario, late) if late else scenario.changes
        drawn = [Drawn(id_, "days_late", days) for id_, days in late.items()]
        if self.inputs == "sampled":
            changes, values = _sampled(self.ranges, changes, _Uniforms(scenario.seed, replication))
            drawn += values
        if self._accepted is not None:
            one = self._accepted.of(scenario.seed, replication)
            own = self._accepted.changes(one)
            changes = (*own, *changes)
            drawn += [Drawn("accepted set", "set", one.number), *(Drawn(c.key, c.action, float(c.value)) for c in own)]
        return changes, drawn


def refuse_unfit_inputs(scenario: Scenario, inputs: str, out: str | Path) -> None:
    """Raise InputError, before anything is written, for inputs that cannot be drawn; ``out`` as ``refuse_unfit_sets``."""
    if inputs == "sampled":
        refuse_unfit_ranges(scenario)
    elif inputs == "accepted":
        refuse_unfit_sets(scenario, out)


def refuse_unfit_ranges(scenario: Scenario) -> None:
    """Raise InputError if nothing has a range, or where the ends of the ranges leave what is allowed.

    All inputs stand at their low ends, then all at their high ends; what the scenario does to them comes on top. A
    value within its range lies between, since changes keep the order of values.
    """
    ranges = uncertain_inputs(scenario)
    told: dict[Problem, None] = {}
    for probability, end in ((0.0, "low"), (1.0, "high")):

        def at_end(_: str, share: float = probability) -> float:
            return share

        changes, _ = _sampled(ranges, scenario.changes, at_end)
        try:
            problems = check(resolve(replace(scenario, changes=changes)))
        except InputError as error:
            problems = error.problems
        why = f"at the {end} end of the ranges of inputs (--inputs sampled); narrow them"
        told |= dict.fromkeys(replace(problem, message=f"{problem.message}; {why}") for problem in problems)
    if told:
        raise InputError(list(told))


def uncertain_inputs(scenario: Scenario) -> list[Uncertain]:
    """The parameters of a scenario's geodata, before any change, that have a range.

    Raises InputError if there is none, or for faults of the ranges.
    """
    geodata, problems = read_geodata(scenario.geodata_dir)
    found, faulty = uncertain(geodata) if not problems else ([], [])
    problems += [
        Problem("a range that stands somewhere cannot be drawn too; leave out --inputs sampled", level.file)
        for level in scenario.levels
    ]
    if problems or faulty:
        raise InputError([*problems, *faulty])
    if not found:
        raise nothing_to_draw(geodata)
    return found


def misfit(replication: int, problems: Iterable[Problem]) -> str:
    """What to say of drawn inputs that contradict each other."""
    told = list(dict.fromkeys(str(p) for p in problems))
    more = f"\n... and {len(told) - _PROBLEMS_SHOWN} more" if len(told) > _PROBLEMS_SHOWN else ""
    return (
        f"replication {replication}: the drawn inputs do not fit together; narrow their ranges\n"
        + "\n".join(told[:_PROBLEMS_SHOWN])
        + more
    )


class _Uniforms:
    """One uniform for each named stream of a replication."""

    def __init__(self, seed: int, replication: int) -> None:
        self._streams = Streams(seed, replication)

    def __call__(self, name: str) -> float:
        return float(self._streams.uniforms(f"input/{name}", [(0, 1)])[0, 0])


def _sampled(
    ranges: Sequence[Uncertain], changes: Sequence[Change], uniform: Callable[[str], float]
) -> tuple[tuple[Change, ...], list[Drawn]]:
    """The changes of a scenario, drawn where they are ranges, after those that draw the inputs; and what was drawn."""
    own, drawn = _within_published(changes, uniform)
    base = [_as_change(one, uniform) for one in ranges]
    return (*base, *own), [*(Drawn(c.key, c.action, float(c.value)) for c in base), *drawn]


def _as_change(one: Uncertain, uniform: Callable[[str], float]) -> Change:
    """An input drawn within its range, as a change from the beginning on."""
    return moved(one, at_level(one, uniform(one.stream)), "sampled")


def _within_published(
    changes: Sequence[Change], uniform: Callable[[str], float]
) -> tuple[tuple[Change, ...], list[Drawn]]:
    """The changes with each value that is given as a range drawn within it; the steps of a ramp grow together.

    The stream is the intervention's id: it turns out strong or weak as a whole, and alike in all scenarios that use it.
    """
    new: list[Change] = list(changes)
    drawn: list[Drawn] = []

    def name(k: int) -> str:
        return f"{changes[k].label} {changes[k].key}"

    places = [k for k, c in enumerate(changes) if c.low is not None and c.high is not None and c.begins_late]
    for what, group in groupby(sorted(places, key=name), key=name):
        same = list(group)
        for k in same:
            whole_effect = changes[k if changes[k].action == "set" else same[-1]]
            full, low, high = (_number(x) for x in (whole_effect.value, whole_effect.low, whole_effect.high))
            if full is not None and low is not None and high is not None:
                value = quantile(uniform(whole_effect.label), low, high, mode=full)
                new[k] = replace(changes[k], value=_moved(changes[k], full, value))
                if whole_effect is changes[k]:
                    drawn.append(Drawn(what, changes[k].action, six_digits(value)))
    return tuple(new), drawn


def _moved(change: Change, full: float, value: float) -> Any:
    """The value of a step in the place of ``full``: a share of the effect stays that share."""
    own = _number(change.value)
    none = 1.0 if change.action == "scale" else 0.0
    share = 1.0 if own is None or full == none or change.action == "set" else (own - none) / (full - none)
    moved = none + share * (value - none)
    if isinstance(change.value, str):
        return f"{'-' if moved < 0 else ''}{abs(round(moved))} s"
    whole = isinstance(change.value, int) and change.action != "scale"
    return math.floor(moved + 0.5) if whole else six_digits(moved)


def _number(value: Any) -> float | None:
    """A value as one number, lengths of time in seconds; None if it is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    if not isinstance(value, str):
        return float(value)
    try:
        return float(parse_duration(value.lstrip("+-").strip())) * (-1 if value.strip().startswith("-") else 1)
    except ValueError:
        return None


def drawn_table(drawn: Iterable[Drawn], replication: int) -> pd.DataFrame:
    """The table ``inputs`` of a replication: replication, name, rule, value."""
    import pandas as pd

    rows = [(replication, one.name, one.rule, float(one.value)) for one in drawn]
    return pd.DataFrame(rows, columns=["replication", "name", "rule", "value"])
