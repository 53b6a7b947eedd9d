"""What replications come to on the page: distributions, indicators with the interval of their difference, waits.

The numbers are those of a run: pooled over replications and compared in pairs by the same functions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NotRequired, TypedDict

import numpy as np
import pandas as pd

from sim.indicators import CAUSES, CORRIDOR, INDICATORS, WAITING_CAUSES, unit_words
from sim.language.shown import shown
from sim.network.titles import titles_of
from sim.report.contributions import Samples, flows_of_scopes, with_contributions
from sim.report.estimate import with_margin
from sim.report.kpi_values import Values
from sim.report.scopes import cargo_words
from sim.report.side_by_side import side_by_side
from sim.report.texttable import number, number_within
from sim.serve.parts import SHOWN, Part, scopes
from sim.serve.words import WORDS
from sim.studies.compare.tested import BETTER, NEUTRAL, NO_DIFFERENCE, UNCHANGED, WORSE, Tested, judge, tested_line

if TYPE_CHECKING:
    from sim.network.world import World
    from sim.report.estimate import Estimate

#: Bars of a distribution, about; and the share of shipments that they are to hold.
_BARS, _WITHIN = 40, 0.97
#: Places that are shown at most, and the share of the first that each has at least.
_PLACES, _LEAST = 8, 0.01
_WIDTHS = (0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)


class Side:
    """Replications 0, 1, ... of one world, pooled."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts, self.n = tuple(parts), len(parts)

    @cached_property
    def samples(self) -> Samples:
        """Times of all shipments."""
        shipments = [part.tables["shipments"] for part in self.parts if "shipments" in part.tables]
        of = next((part.tables["scopes"] for part in self.parts if "scopes" in part.tables), None)
        table = pd.concat(shipments, ignore_index=True) if shipments else None
        return Samples({"shipments": table}, flows_of_scopes(of) if of is not None else {})

    @cached_property
    def kpis(self) -> pd.DataFrame:
        """As a run has them, of the whole period."""
        lines = pd.concat([part.tables["kpis"] for part in self.parts], ignore_index=True)
        return with_contributions(lines[lines["year"] == 0], self.samples, range(self.n))

    @cached_property
    def values(self) -> Values:
        """The same, looked up by name."""
        return Values(self.kpis)

    def days(self, scope: str) -> np.ndarray:
        """Times of the shipments of a scope in days, ascending; infinite for those that have not arrived."""
        return self.samples.of("shipments", scope, 0)[0]

    def waits(self) -> dict[str, dict[str, float]] | None:
        """Thousand tonne-days a replication by node and cause, of the replications that are counted."""
        counted = [part.waits for part in self.parts if part.waits is not None]
        if not counted:
            return None
        found: dict[str, dict[str, float]] = {}
        for waits in counted:
            for (node, cause), days in waits.items():
                own = found.setdefault(node, {})
                own[cause] = own.get(cause, 0.0) + days / 1000 / len(counted)
        return found


class Pairs:
    """The same replications of two sides."""

    def __init__(self, base: Side, changed: Side) -> None:
        self.base, self.changed = base, changed
        both = side_by_side(base.kpis, changed.kpis).sort_values("replication", kind="stable")
        self._groups = {key: rows for key, rows in both.groupby(["scope", "kpi"], sort=False)}

    def tested(self, scope: str) -> list[Tested]:
        """The indicators of a scope with their differences, not judged yet."""
        sides, found = (self.base.values, self.changed.values), []
        for kpi in SHOWN:
            own = self._groups.get((scope, kpi))
            if own is not None:
                a, b = own["a"].to_numpy(float), own["b"].to_numpy(float)
                found.append(tested_line(kpi, scope, str(own["unit"].iloc[0]), 0, a, b, sides))
        return found


class ShownLine(TypedDict):
    """An indicator in words, and as numbers of its bar where something is changed."""

    title: str
    unit: str
    base: str
    apart: NotRequired[str]
    changed: NotRequired[str]
    a: NotRequired[str]
    b: NotRequired[str]
    difference: NotRequired[str]
    mean: NotRequired[float | None]
    half: NotRequired[float | None]
    verdict: NotRequired[str]
    tone: NotRequired[str]
    good: NotRequired[str]


class ShownScope(TypedDict):
    """Transit times of a cargo, shares of shipments by bars ``width`` days wide, and its indicators."""

    scope: str
    title: str
    width: float
    base: list[float]
    changed: list[float] | None
    beyond: str
    lines: list[ShownLine]


class ShownWait(TypedDict):
    """A place, and of each side thousand tonne-days by cause and in all."""

    title: str
    bars: list[dict[str, float]]
    totals: list[str]


class Shown(TypedDict):
    """All that is shown of some replications."""

    done: int
    of: int
    progress: str
    early: str
    scopes: list[ShownScope]
    waits: list[ShownWait] | None


@dataclass(frozen=True)
class Painter:
    """Draws up what the page shows of one scenario."""

    world: World
    of: int  #: replications in all

    @cached_property
    def _names(self) -> dict[str, str]:
        return titles_of(self.world.canonical())

    def shown(self, base: Side, changed: Side | None, bars: dict[str, float]) -> Shown:
        """Plain data for the page.

        Args:
            changed: the same replications with changes; None: nothing is changed.
            bars: scope -> width of a bar in days, filled in where it is not known, so that bars stay while it grows.
        """
        pairs = None if changed is None else Pairs(base, changed)
        return {
            "done": base.n,
            "of": self.of,
            "progress": WORDS["whole" if base.n == self.of else "replications"].format(done=base.n, of=self.of),
            "early": "" if base.n == self.of or changed is None else WORDS["early"],
            "scopes": [self._scope(scope, base, pairs, bars) for scope in scopes(self.world)],
            "waits": self._waits(base, changed),
        }

    def _scope(self, scope: str, base: Side, pairs: Pairs | None, bars: dict[str, float]) -> ShownScope:
        changed = pairs.changed if pairs else None
        times = base.days(scope)
        width = bars.setdefault(scope, _width(times)) if len(times) else 1.0
        n_bars = bars.setdefault(f"{scope} bars", _bars(times, width))
        edges = np.arange(int(n_bars) + 1) * width
        sides = [base] if changed is None else [base, changed]
        shares = [_shares(side.days(scope), edges) for side in sides]
        beyond = [number(100 * max(0.0, 1 - sum(own)), 2) for own in shares]
        told = {"days": number(float(edges[-1])), "base": beyond[0], "changed": beyond[-1]}
        return {
            "scope": scope,
            "title": WORDS["all_cargo"] if scope == CORRIDOR else cargo_words(scope),
            "width": width,
            "base": shares[0],
            "changed": shares[1] if changed is not None else None,
            "beyond": WORDS["longer_alone" if changed is None else "longer"].format_map(told),
            "lines": self._lines(scope, base, pairs),
        }

    def _lines(self, scope: str, base: Side, pairs: Pairs | None) -> list[ShownLine]:
        if pairs is None:
            return [
                {"title": _capital(shown(INDICATORS[kpi].words)), "unit": _unit(kpi), "base": _margin(found, kpi)}
                for kpi in SHOWN
                if base.values.has(kpi, scope) and (found := base.values.estimate(kpi, scope)).mean
            ]
        tested = pairs.tested(scope)
        judge(tested[:1])  # the first stands for the question; what is looked at besides is judged together
        judge(tested[1:])
        return [self._line(one, base.n) for one in tested if one.line.a.mean or one.line.b.mean]

    def _line(self, one: Tested, n: int) -> ShownLine:
        line, kpi = one.line, one.line.kpi
        scale = 100 if line.unit == "share" else 1
        mean, half = line.difference.mean, line.difference.half_width
        is_shown = line.difference.excludes_zero and line.verdict in (BETTER, WORSE, NEUTRAL)
        return {
            "title": _capital(shown(INDICATORS[kpi].words)),
            "unit": _unit(kpi),
            "apart": WORDS["points"] if line.unit == "share" else _unit(kpi),
            "base": _margin(line.a, kpi),
            "changed": _margin(line.b, kpi),
            "a": _plain(line.a, scale),
            "b": _plain(line.b, scale),
            "difference": _signed(_margin(line.difference, kpi), mean),
            "mean": None if mean is None else mean * scale,
            "half": None if half is None else half * scale,
            "verdict": self._verdict(line.verdict, line.difference, n),
            "tone": {BETTER: "better", WORSE: "worse"}.get(line.verdict, "other") if is_shown else "none",
            "good": line.good,
        }

    def _verdict(self, verdict: str, difference: Estimate, n: int) -> str:
        """Plain words on a difference: what is shown, or that nothing is shown yet."""
        if verdict == UNCHANGED:
            return WORDS["the_same"].format(n=n)
        if n == 1:
            return WORDS["no_interval"]
        if verdict in (BETTER, WORSE):
            so_far = "" if n == self.of else f" ({WORDS['so_far'].format(n=n, of=self.of)})"
            return WORDS[verdict] + so_far
        if verdict == NO_DIFFERENCE:
            return WORDS["no_difference" if n == self.of else "no_difference_yet"].format(n=n)
        return difference.note or WORDS["not_tested"].format(n=n)

    def _waits(self, base: Side, changed: Side | None) -> list[ShownWait] | None:
        """The places where most cargo waits on either side, with thousand tonne-days by cause."""
        sides = [base.waits()] if changed is None else [base.waits(), changed.waits()]
        if any(side is None for side in sides):
            return None
        known = [side for side in sides if side is not None]
        nodes = {node for side in known for node in side}
        most = {node: max(sum(side.get(node, {}).values()) for side in known) for node in nodes}
        first = sorted(nodes, key=lambda node: (-most[node], node))[:_PLACES]
        first = [node for node in first if most[node] >= _LEAST * most[first[0]]]
        found: list[ShownWait] = []
        for node in first:
            bars = [{c: round(side.get(node, {}).get(c, 0.0), 4) for c in WAITING_CAUSES} for side in known]
            totals = [number(sum(bar.values())) for bar in bars]
            found.append({"title": self._names.get(node, node), "bars": bars, "totals": totals})
        return found


def causes() -> list[dict[str, str]]:
    """Causes of waiting: key, words and colour."""
    from sim.plots import style

    return [{"cause": c, "title": shown(CAUSES[c]), "colour": style.CAUSES[c][1]} for c in WAITING_CAUSES]


def _width(times: np.ndarray) -> float:
    within = _most(times)
    return next((w for w in _WIDTHS if within / w <= _BARS), _WIDTHS[-1])


def _bars(times: np.ndarray, width: float) -> float:
    return min(4.0 * _BARS, max(5.0, math.ceil(_most(times) / width)))


def _most(times: np.ndarray) -> float:
    there = times[np.isfinite(times)]
    return float(np.quantile(there, _WITHIN)) if len(there) else 1.0


def _shares(times: np.ndarray, edges: np.ndarray) -> list[float]:
    """Shares of all shipments, those that have not arrived among them, by bar."""
    if not len(times):
        return [0.0] * (len(edges) - 1)
    counts = np.diff(np.searchsorted(times, edges, side="left"))
    return [round(float(x), 6) for x in counts / len(times)]


def _unit(kpi: str) -> str:
    unit = INDICATORS[kpi].unit
    return "%" if unit == "share" else shown(unit_words(unit))


def _margin(found: Estimate, kpi: str) -> str:
    """A mean with its half-width, shares in percent."""
    if INDICATORS[kpi].unit == "share" and found.mean is not None:
        half = found.half_width
        found = type(found)(100 * found.mean, None if half is None else 100 * half, found.n, found.note)
    return with_margin(found).replace("+-", "±")


def _plain(found: Estimate, scale: float) -> str:
    """A mean without its half-width, in as many digits as that leaves."""
    if found.mean is None:
        return with_margin(found)
    return number_within(scale * found.mean, None if found.half_width is None else scale * found.half_width)


def _signed(text: str, mean: float | None) -> str:
    return ("+" if (mean or 0) > 0 else "") + text.replace("-", "−")


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
