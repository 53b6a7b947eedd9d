"""All published figures beside a run's, in one table: those of the geodata, and those that its scenario names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sim.indicators import INDICATORS, measure
from sim.language.words import mark, tr
from sim.report.estimate import Estimate
from sim.report.kpi_values import Values
from sim.report.observed import observed_lines
from sim.report.published import Published
from sim.report.published_line import PublishedLine

_NO_ROLE = {"role": mark("not known"), "why": mark("the scenario names no published figure of the geodata")}


def published_lines(values: Values, manifest: Mapping[str, Any]) -> list[PublishedLine]:
    """The lines of ``observed_lines`` and those of the scenario's comparators; each figure once.

    Args:
        values: the run's indicators.
        manifest: its manifest, with ``resolved``, ``standings``, ``base_year`` and ``comparators``.
    """
    world, standings = manifest.get("resolved") or {}, manifest.get("standings") or {}
    lines = observed_lines(values, world, standings, manifest.get("base_year"))
    return [*lines, *_comparators(values, manifest, {line.published.id for line in lines})]


def _comparators(values: Values, manifest: Mapping[str, Any], known: set[str]) -> Iterator[PublishedLine]:
    """Lines of the figures of a scenario (fields of ``sim.scenario.schema.Comparator``) that have a number."""
    for given in manifest.get("comparators") or ():
        if given["observation"] in known or all(given[key] is None for key in ("value", "low", "high")):
            continue
        standing = (manifest.get("standings") or {}).get(given["observation"], _NO_ROLE)
        published = Published(
            id=given["observation"] or given["kpi"] or given["text"],
            title=given["text"],
            unit=given["unit"],
            year=given["year"],
            value=given["value"],
            low=given["low"],
            high=given["high"],
            source=given["source"],
            role=standing["role"],
            role_why=standing["why"],
            differs=_differs(given),
        )
        same = published.year is not None and not published.differs
        yield PublishedLine.of(published, given["kpi"], _modelled(values, given), manifest.get("base_year"), same)


def _modelled(values: Values, given: Mapping[str, Any]) -> Estimate:
    """The indicator in the figure's year or, where the run has it of no single years, over its whole period."""
    if not given["kpi"]:
        return Estimate(None, None, 0)
    (kpi, scope), year = measure(given["kpi"]), given["year"]
    return values.estimate(kpi, scope, year if year is not None and values.has(kpi, scope, year) else 0)


def _differs(given: Mapping[str, Any]) -> str:
    """Why a comparator's figure and the indicator beside it are not the same quantity; empty if they are."""
    if not given["kpi"]:
        return tr("no indicator is the same")
    unit = INDICATORS[measure(given["kpi"]).kpi].unit
    return (
        ""
        if unit == given["unit"]
        else tr("published in {unit}, the indicator is in {own}", unit=given["unit"], own=unit)
    )
