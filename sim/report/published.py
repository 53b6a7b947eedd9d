"""All published figures beside a run's, in one table: those of the geodata, and those that its scenario names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sim.indicators import INDICATORS, measure
from sim.report.kpi_values import Values
from sim.report.observed import observed_lines
from sim.report.verdicts import verdict

_NO_ROLE = {"role": "not known", "why": "the scenario names no published figure of the geodata"}


def published_lines(values: Values, manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The lines of ``observed_lines`` and, in the same form, those of the scenario's comparators; each figure once.

    Args:
        values: the run's indicators.
        manifest: its manifest, with ``resolved``, ``standings``, ``base_year`` and ``comparators``.
    """
    world, standings = manifest.get("resolved") or {}, manifest.get("standings") or {}
    lines = observed_lines(values, world, standings, manifest.get("base_year"))
    return [*lines, *_comparators(values, manifest, {line["id"] for line in lines})]


def _comparators(values: Values, manifest: Mapping[str, Any], known: set[str]) -> Iterator[dict[str, Any]]:
    for given in manifest.get("comparators") or ():
        figures = [given[key] for key in ("value", "low", "high") if given[key] is not None]
        if given["observation"] in known or not figures:
            continue
        of = measure(given["kpi"]) if given["kpi"] else None
        year = given["year"]
        row = {
            "value": figures[0],
            "low": given["low"],
            "high": given["high"],
            "year": manifest.get("base_year") if year is None else year,
            "differs": _differs(given),
        }
        in_year = of is not None and year is not None and values.has(of.kpi, of.scope, year)
        model = values.facts(*of, year if in_year else 0) if of else {"mean": None, "half_width": None, "n": 0}
        standing = (manifest.get("standings") or {}).get(given["observation"], _NO_ROLE)
        word, why = verdict(row, model, standing["role"], manifest.get("base_year"))
        yield {
            "id": given["observation"] or given["kpi"] or given["text"],
            "what": given["text"],
            "quantity": given["kpi"],
            "unit": given["unit"],
            "year": "-" if year is None else year,
            "months": None,
            "observed": figures[0],
            "low": given["low"],
            "high": given["high"],
            "model": model,
            "miss": None if model["mean"] is None or row["differs"] else model["mean"] / figures[0] - 1,
            "source": given["source"],
            "grade": None,
            "role": standing["role"],
            "role_why": standing["why"],
            "verdict": word,
            "verdict_why": why,
        }


def _differs(given: Mapping[str, Any]) -> str:
    """Why a comparator's figure and the indicator beside it are not the same quantity; empty if they are."""
    if given["year"] is None:
        return "no year is published with it"
    if not given["kpi"]:
        return "no indicator is the same"
    unit = INDICATORS[measure(given["kpi"]).kpi].unit
    return "" if unit == given["unit"] else f"published in {given['unit']}, the indicator is in {unit}"
