"""The answer of a run or a comparison in one sentence, with the words of the scenario's own indicator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.indicators import INDICATORS, Measure, default_primary, measure, unit_words
from sim.language.shown import shown
from sim.language.words import tr
from sim.report.estimate import Estimate, with_margin
from sim.report.kpi_values import Values
from sim.report.scopes import indicator_words
from sim.report.texttable import capital, number
from sim.studies.compare.comparison import PairedIndicator


def primary_of(manifest: Mapping[str, Any], values: Values) -> Measure | None:
    """The indicator that answers a run's question: the scenario's own, else that of its main cargo; None if none is there."""
    written = str(manifest.get("primary_kpi") or "")
    wanted = measure(written) if written else None
    there = values.measures()
    return wanted if wanted in there else default_primary(there)


def answer_of_run(manifest: Mapping[str, Any], values: Values) -> str:
    """``Transit time P50 of containers: 11.8 +- 0.2 days``; what must be said beside it follows."""
    asked = primary_of(manifest, values)
    if asked is None:
        return tr("No shipment departed in the period, so there is nothing to tell.")
    found = values.estimate(*asked)
    words = capital(indicator_words(asked, manifest.get("resolved") or {}))
    return f"{words}: {amount(found, asked.kpi)}{_beside(found)}."


def answer_of_pair(line: PairedIndicator, whose: str, a: str, b: str) -> str:
    """What B's indicator is against A's, and whether the difference is shown."""
    words = capital(tr("{indicator} of {scope}", indicator=INDICATORS[line.kpi].words, scope=whose))
    unit = unit_words(line.unit)
    sign = "+" if (line.difference.mean or 0) > 0 else ""
    verdict = line.verdict.removesuffix(" at this precision")
    return tr(
        '{indicator}: {mean_b} {unit} in "{b}" against {mean_a} {unit} in "{a}", a difference of '
        "{sign}{difference} {unit}: {verdict}{beside}.",
        indicator=words,
        mean_b=number(line.b.mean),
        unit=unit,
        b=b,
        mean_a=number(line.a.mean),
        a=a,
        sign=sign,
        difference=with_margin(line.difference),
        verdict=verdict,
        beside=_beside(line.difference),
    )


def amount(found: Estimate, kpi: str) -> str:
    """An estimate of an indicator with its unit in words."""
    return f"{with_margin(found)} {tr(unit_words(INDICATORS[kpi].unit))}"


def _beside(found: Estimate) -> str:
    return f" ({shown(found.note)})" if found.note and found.mean is not None else ""
