"""What is not known, moved on purpose: entries of ``ranges.yaml``, each by one factor of all its values.

A sample draws such factors within their ranges (``sim.runs.sampled_inputs``); a calibration chooses them. Either way the
changes come before the scenario's own, so that an intervention acts on the moved value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sim.network.uncertain import Uncertain
from sim.scenario.changes import Change

#: Names of what is moved -> the parameters that move with it.
Movable = Mapping[str, tuple[Uncertain, ...]]


def movable(found: Iterable[Uncertain]) -> Movable:
    """Parameters with a range of factors, by the name under which they are drawn together."""
    by_name: dict[str, list[Uncertain]] = {}
    for one in found:
        if one.action == "scale":
            by_name.setdefault(one.stream, []).append(one)
    return {name: tuple(own) for name, own in sorted(by_name.items())}


def moved(what: Movable, factors: Mapping[str, float], label: str) -> tuple[Change, ...]:
    """The changes that multiply all values of each name by its factor, six digits of it; in order of keys.

    ``label`` says in the lineage who moved them. Raises KeyError for a name that nothing has.
    """
    changes = [
        Change(one.key, "scale", short(factor), None, None, one.file, one.line, label=label, layer=-1)
        for name, factor in factors.items()
        for one in what[name]
    ]
    return tuple(sorted(changes, key=lambda change: change.key))


def short(value: float) -> float:
    """Six digits: what a table of factors shows is what was used."""
    return float(f"{value:.6g}")
