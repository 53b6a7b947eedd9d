"""Designs: which points of the factors' space are run.

``grid`` every combination of values; ``one_at_a_time`` the scenario as it is, and each factor moved alone;
``latin_hypercube``, ``sobol`` (Saltelli's blocks, for shares of variance) and ``morris`` (trajectories, for screening)
spread over the whole of it; ``table`` takes the points of a CSV file.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from pydantic import model_validator

from sim.errors import InputError, Problem
from sim.scenario.described import described
from sim.scenario.values import Strict
from sim.studies.sweep.factors import Factor, Value

if TYPE_CHECKING:
    import numpy as np

Kind = Literal["grid", "one_at_a_time", "latin_hypercube", "sobol", "morris", "table"]
MOST_POINTS = 1000
#: Kind of design -> what it takes besides, with the value where it is not given (None: it must be).
SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "grid": {},
    "one_at_a_time": {},
    "latin_hypercube": {"points": None, "seed": 1},
    "sobol": {"base_points": None, "seed": 1},
    "morris": {"trajectories": None, "levels": 4, "seed": 1},
    "table": {"file": None},
}
#: Kinds whose points lie in the unit cube, where factors may have ends.
SPREAD = ("latin_hypercube", "sobol", "morris")


class Design(Strict):
    """Which points are run."""

    kind: Kind = described("Kind of design.", default="grid")
    points: int | None = described("Points of a Latin hypercube.", "points", default=None, ge=1)
    base_points: int | None = described(
        "Base points of a Sobol design, a power of two; with k factors k + 2 times as many are run.",
        "points",
        default=None,
        ge=2,
    )
    trajectories: int | None = described(
        "Trajectories of a Morris design; with k factors k + 1 times as many points are run.",
        "trajectories",
        default=None,
        ge=2,
    )
    levels: int | None = described("Levels of a Morris design, even.", "levels", default=None, ge=2)
    file: str | None = described("CSV file beside this one: a column a factor, a line a point.", default=None)
    seed: int | None = described("Number that fixes where the points lie. Default 1.", "none", default=None, ge=0)
    most_points: int = described(
        "A design with more points is refused.", "points", default=MOST_POINTS, ge=1, le=1_000_000
    )

    @model_validator(mode="after")
    def _settings_of_its_kind(self) -> Design:
        own = SETTINGS[self.kind]
        given = [name for name in _NAMES if getattr(self, name) is not None]
        odd = [name for name in given if name not in own]
        if odd:
            allowed = ", ".join(own) or "none"
            raise ValueError(f"{', '.join(odd)}: not of a design {self.kind}; its settings: {allowed}")
        lacking = [name for name, default in own.items() if default is None and name not in given]
        if lacking:
            raise ValueError(f"a design {self.kind} needs {', '.join(lacking)}")
        if self.base_points and self.base_points & (self.base_points - 1):
            below = 2 ** (self.base_points.bit_length() - 1)
            told = f"base_points: {self.base_points} is no power of two; allowed: {below} or {2 * below}"
            raise ValueError(told)
        if self.levels and self.levels % 2:
            raise ValueError(f"levels: {self.levels} is not even; allowed: {self.levels - 1} or {self.levels + 1}")
        return self

    def setting(self, name: str) -> Any:
        """What is given, or the default of the kind."""
        given = getattr(self, name)
        return SETTINGS[self.kind][name] if given is None else given

    def count(self, factors: Sequence[Factor]) -> int:
        """How many points the design has, before equal ones are taken together; of a table 0."""
        k = len(factors)
        if self.kind == "grid":
            return math.prod(len(one.values) for one in factors)
        if self.kind == "one_at_a_time":
            return 1 + sum(len(one.steps) for one in factors)
        if self.kind == "latin_hypercube":
            return int(self.points or 0)
        if self.kind == "sobol":
            return int(self.base_points or 0) * (k + 2)
        return int(self.trajectories or 0) * (k + 1) if self.kind == "morris" else 0


_NAMES = tuple(dict.fromkeys(name for own in SETTINGS.values() for name in own))


def as_design(raw: Any) -> Any:
    """A design may be written as its kind alone."""
    return {"kind": raw} if isinstance(raw, str) else raw


def faults_of(design: Design, factors: Sequence[Factor]) -> list[str]:
    """What a design cannot do with its factors."""
    told = []
    if design.kind == "grid":
        told += [
            f"factors: {one.key}: a grid needs its values; write a list, or another design"
            for one in factors
            if not one.values
        ]
    if design.kind == "table" and factors:
        told.append("factors: a design by a table has them in its columns; leave one of the two out")
    if design.kind != "table" and not factors:
        told.append("factors: a design needs one or more")
    if not told and (n := design.count(factors)) > design.most_points:
        fewer = {"grid": "values", "one_at_a_time": "values", "latin_hypercube": "points"}.get(design.kind)
        fewer = fewer or {"sobol": "base_points", "morris": "trajectories"}[design.kind]
        told.append(
            f"design: {n:,} points, over the limit of {design.most_points:,}; give fewer {fewer}, or a larger most_points"
        )
    return told


def points_of(design: Design, factors: Sequence[Factor]) -> list[dict[str, Value]]:
    """The points of a design that is no table, in its order, equal ones as often as the design has them."""
    if design.kind == "grid":
        keys = [one.key for one in factors]
        return [dict(zip(keys, values, strict=True)) for values in itertools.product(*(one.values for one in factors))]
    if design.kind == "one_at_a_time":
        return [{}, *({one.key: value} for one in factors for value in one.steps)]
    return [at(factors, row) for row in unit_rows(design, factors)]


def at(factors: Sequence[Factor], row: Iterable[float]) -> dict[str, Value]:
    """The point at a place of the unit cube."""
    return {one.key: one.at(float(u)) for one, u in zip(factors, row, strict=True)}


def problem_of(factors: Sequence[Factor]) -> Mapping[str, Any]:
    """The unit cube of the factors, as SALib is told of it."""
    return {"num_vars": len(factors), "names": [one.key for one in factors], "bounds": [[0.0, 1.0]] * len(factors)}


def unit_rows(design: Design, factors: Sequence[Factor]) -> np.ndarray:
    """Places in the unit cube, [point, factor], of a design that spreads. Raises InputError without SALib."""
    seed, k = design.setting("seed"), len(factors)
    if design.kind == "latin_hypercube":
        from scipy.stats import qmc

        return qmc.LatinHypercube(k, rng=seed).random(design.points)
    need_salib()
    if design.kind == "sobol":
        from SALib.sample import sobol

        return sobol.sample(problem_of(factors), design.base_points, calc_second_order=False, seed=seed)
    from SALib.sample import morris

    return morris.sample(problem_of(factors), design.trajectories, num_levels=design.setting("levels"), seed=seed)


def need_salib() -> None:
    """Raise InputError if SALib is not installed."""
    from importlib.util import find_spec

    if find_spec("SALib") is None:
        told = "this design needs SALib: pip install 'middle-corridor[sensitivity]'"
        raise InputError([Problem(told)])


def unique(points: Iterable[dict[str, Value]]) -> list[dict[str, Value]]:
    """The points, each once, in their order."""
    return list({tuple((k, str(v)) for k, v in point.items()): point for point in points}.values())
