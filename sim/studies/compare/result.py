"""Runs side by side, replication by replication on the same luck: what got better, and is it shown?

Each later run is compared with the first. One indicator of each comparison is primary and stands for the
question; all the others are tested together with Holm's correction, so that a long list shows no
differences that are chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.errors import InputError, Problem, nearest
from sim.indicators import CORRIDOR, INDICATORS, Measure, default_primary, measure
from sim.report.common_flows import LEFT_OUT, common_flows, groups, reported_flows
from sim.report.kpi_values import Values
from sim.report.published import published_lines
from sim.report.side_by_side import ComparedRun, both_runs, side_by_side
from sim.report.texttable import interval_facts
from sim.statistics.intervals import ERROR_RATE, PairedDifference, holm, paired
from sim.studies.compare.left_out import not_arrived, scope_titles
from sim.studies.compare.moved_time import moved_time
from sim.studies.compare.recovery import recovery

F64 = npt.NDArray[np.float64]
__all__ = ["BETTER", "NO_DIFFERENCE", "UNCHANGED", "WORSE", "compare", "compare_all"]

BETTER, WORSE, NEUTRAL = "better", "worse", "neutral"
NO_DIFFERENCE = "no difference shown at this precision"
UNCHANGED = "the same in every replication"


def compare(
    run_a: ComparedRun, run_b: ComparedRun, primary: str = "", disruption_end: date | None = None
) -> dict[str, Any]:
    """Compare two runs; ``compare_all`` says what is returned and raised, for each pair."""
    return compare_all([run_a, run_b], [primary], disruption_end)["comparisons"][0]


def compare_all(
    runs: Sequence[ComparedRun], primaries: Sequence[str] = (), disruption_end: date | None = None
) -> dict[str, Any]:
    """Differences of each later run from the first, over the whole period, with 95 % intervals.

    Runs with different numbers of replications are paired on those that both have. Where demand differs,
    groups of flows are counted over the common flows.

    Args:
        runs: two or more; the first is the base.
        primaries: ``KPI of SCOPE`` of each later run; empty: that of its manifest, else ``DEFAULT_PRIMARY``.
        disruption_end: first day after the disruption that recovery is measured from; default: the last
            end of an intervention of that kind that the later run has and the first has not.

    Returns: ``comparisons``, each with facts of both runs (``a``, ``b``), ``changes`` of b that a has not, ``notes``,
    ``flows`` (common, left_out), ``scopes`` (their titles), ``primary``, ``moved`` (see ``moved_time``), ``recovery``
    (see there; or None), ``tests`` (how many Holm's correction is for) and ``lines``: kpi, scope, unit, good, a, b,
    difference, relative, variance_ratio (how many times more replications independent luck would
    need), p_value, p_adjusted, verdict, primary. ``by_year``: the same for each calendar year, where the period has
    several, without tests. ``observed`` are published levels beside the base (see there).

    Raises:
        InputError: if runs differ in period or seed, and so do not share their luck; if they have no
            flow in common; if a primary indicator is not among the lines.
    """
    named = next((run for run in runs if not hasattr(run, "manifest")), None)
    if named is not None:
        advice = "sim.compare_scenarios([A, B]) takes names; sim.compare takes runs, as sim.run(A) returns them"
        raise InputError([Problem(f"{named!r} is not a run; {advice}")])
    base, *others = runs
    wanted = [*primaries, *[""] * (len(others) - len(primaries))]
    problems = [p for other in others for p in _not_comparable(base.manifest, other.manifest)]
    if problems:
        raise InputError(dict.fromkeys(problems))
    pairs = [_pair(base, other, text, disruption_end) for other, text in zip(others, wanted, strict=True)]
    answers = [line for pair in pairs for line in _answers(pair["lines"])]
    _judge(answers)
    tests = _judge([line for pair in pairs for line in pair["lines"] if not any(line is x for x in answers)])
    observed = published_lines(Values(base.kpis), base.manifest)
    for pair in pairs:
        pair["tests"], pair["observed"] = tests, observed
        for line in pair["lines"]:
            del line["numbers"]
    return {"comparisons": pairs}


def _pair(run_a: ComparedRun, run_b: ComparedRun, primary: str, disruption_end: date | None) -> dict[str, Any]:
    worlds = run_a.manifest["resolved"], run_b.manifest["resolved"]
    common, left_out = common_flows(*worlds)
    if not common:
        raise InputError([Problem("the runs have no flow with the same demand in common; nothing can be paired")])
    tables = tuple(map(_years_if_several, both_runs(run_a, run_b, common, not left_out)))
    both, sides = side_by_side(*tables), tuple(map(Values, tables))
    replications = sorted(set(both["replication"]))
    keys = both.loc[both["replication"] == replications[0], ["kpi", "scope", "unit", "year"]].itertuples(index=False)
    numbers = (both[name].to_numpy(float).reshape(-1, len(replications)) for name in ("a", "b"))
    every = [
        _line(kpi, scope, unit, year, a, b, sides)
        for (kpi, scope, unit, year), a, b in zip(keys, *numbers, strict=True)
    ]
    lines = [line for line in every if line["year"] == 0]
    chosen = _primary(primary or run_b.manifest.get("primary_kpi") or "", lines)
    for line in lines:
        line["primary"] = (line["kpi"], line["scope"]) == chosen
    in_total = groups(worlds[0], common).get(CORRIDOR, common)
    return {
        "a": _facts(run_a.manifest),
        "b": _facts(run_b.manifest),
        "changes": _changes(run_a.manifest, run_b.manifest),
        "notes": [
            *_notes(run_a.manifest, run_b.manifest, left_out, len(replications)),
            *not_arrived({"A": run_a, "B": run_b}, common, replications),
        ],
        "scopes": scope_titles(worlds, common, sides),
        "flows": {"common": common, "left_out": left_out},
        "primary": str(chosen),
        "lines": lines,
        "by_year": _of_years(every),
        "moved": moved_time(run_a, run_b, in_total, replications),
        "recovery": recovery(run_a, run_b, in_total, replications, disruption_end),
    }


def _years_if_several(kpis: pd.DataFrame) -> pd.DataFrame:
    """The table without its single years, if the period lies in one."""
    return kpis if kpis["year"].nunique() > 2 else kpis[kpis["year"] == 0]


def _of_years(lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Lines of single years. They are not tested: each has its interval."""
    found = [line for line in lines if line["year"]]
    for line in found:
        line |= {"p_value": None, "primary": False}
        if line["verdict"] == NO_DIFFERENCE:
            line["verdict"] = "not tested"
        del line["numbers"]
    return found


def _line(kpi: str, scope: str, unit: str, year: int, a: F64, b: F64, sides: tuple[Values, ...]) -> dict[str, Any]:
    pair = paired(a, b)
    base, apart = pair.a.mean, pair.difference.mean
    known = np.isfinite(apart) and np.isfinite(base) and base != 0
    good = INDICATORS[kpi].good
    return {
        "kpi": kpi,
        "scope": scope,
        "unit": unit,
        "year": year,
        "good": good,
        **{
            name: side.with_note(found, kpi, scope, year)
            for name, side, found in zip(("a", "b"), sides, (pair.a, pair.b), strict=True)
        },
        "difference": interval_facts(pair.difference),
        "relative": apart / base if known else None,
        "variance_ratio": pair.variance_ratio,
        "p_value": None if good == "neutral" else pair.p_value,
        "p_adjusted": None,
        "verdict": _without_test(good, pair),
        "numbers": _numbers(a, b, pair),
    }


def _numbers(a: F64, b: F64, pair: PairedDifference) -> tuple[float, ...]:
    """The difference of each replication in half-widths: equal for one thing told in two units or scopes.

    Empty where there is no spread: all differences that chance does not touch look alike.
    """
    found = pair.difference
    if not found.half_width:
        return ()
    apart = (b - a) / np.copysign(found.half_width, found.mean)
    return tuple(np.where(np.isnan(apart), np.inf, np.round(apart, 6) + 0.0).tolist())


def _without_test(good: str, pair: PairedDifference) -> str:
    """The verdict on what cannot be tested, and on what has not been tested yet."""
    found = pair.difference
    if not found.n:
        return "only in A" if pair.a.n else "only in B" if pair.b.n else found.note
    if found.mean == 0 and found.half_width == 0:
        return UNCHANGED
    if good == "neutral":
        return NEUTRAL
    return found.note or NO_DIFFERENCE


def _judge(lines: Sequence[dict[str, Any]]) -> int:
    """Adjust the p-values of a family of lines, write the verdicts, and return the number of tests.

    A line that is the same in every replication was not reached by the change; it is no test. Lines that tell
    the same numbers in other units or scopes (lots, TEU and tonnes of a flow) are one test.
    """
    tests: dict[Any, list[dict[str, Any]]] = {}
    for place, line in enumerate(lines):
        if line["p_value"] is not None:
            tests.setdefault(line["numbers"] or place, []).append(line)
    adjusted = holm([max(line["p_value"] for line in same) for same in tests.values()])
    for same, p_adjusted in zip(tests.values(), adjusted, strict=True):
        for line in same:
            _tell(line, p_adjusted)
    return len(tests)


def judge_by_themselves(lines: Sequence[dict[str, Any]]) -> None:
    """Judge lines anew as a family of their own: indicators that were named before anything was run.

    The family of all indicators is large, and few replications show little in it.
    """
    tested = [line for line in lines if line["p_value"] is not None]
    for line, p_adjusted in zip(tested, holm([line["p_value"] for line in tested]), strict=True):
        if line["verdict"] in (BETTER, WORSE):
            line["verdict"] = NO_DIFFERENCE
        _tell(line, p_adjusted)


def _tell(line: dict[str, Any], p_adjusted: float) -> None:
    line["p_adjusted"] = p_adjusted
    if p_adjusted <= ERROR_RATE:
        rises = line["difference"]["mean"] > 0
        line["verdict"] = BETTER if rises == (line["good"] == "higher") else WORSE


def _answers(lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The primary line and those that tell the same numbers in another scope or unit (containers as all cargo)."""
    primary = next(line for line in lines if line["primary"])
    if primary["p_value"] is None or not primary["numbers"]:
        return [primary]
    return [line for line in lines if line["p_value"] is not None and line["numbers"] == primary["numbers"]]


def _primary(text: str, lines: Sequence[dict[str, Any]]) -> Measure:
    known = [Measure(line["kpi"], line["scope"]) for line in lines]
    if not text:
        return default_primary(known) or known[0]
    try:
        wanted = measure(text)
    except ValueError as error:
        raise InputError([Problem(f"primary_kpi: {error}")]) from None
    if wanted not in known:
        scopes = [m.scope for m in known if m.kpi == wanted.kpi]
        hint = nearest(wanted.scope, scopes, 3) or f"; there is {', '.join(map(repr, scopes[:3])) or 'none'}"
        raise InputError([Problem(f"primary_kpi: the runs have no {wanted.kpi} of {wanted.scope!r} in common{hint}")])
    return wanted


def _not_comparable(a: dict[str, Any], b: dict[str, Any]) -> list[Problem]:
    problems = []
    periods = [(m.get("resolved") or {}).get("period") for m in (a, b)]
    if periods[0] != periods[1]:
        spans = f"{_span(periods[0])}; {_span(periods[1])}"
        problems.append(Problem(f"the runs cover different periods ({spans}); run both over one period"))
    if a.get("seed") != b.get("seed"):
        seeds = f"{a.get('seed')}, {b.get('seed')}"
        told = f"the runs have different seeds ({seeds}) and so have no common random numbers"
        problems.append(Problem(f"{told}; run both with the same --seed"))
    return problems


def _notes(a: dict[str, Any], b: dict[str, Any], left_out: Sequence[str], paired_on: int) -> list[str]:
    notes = []
    most = max(int(a["replications"]), int(b["replications"]))
    if most > paired_on:
        name = "A" if int(a["replications"]) == most else "B"
        notes.append(f"paired on the first {paired_on} replications; left out: the other {most - paired_on} of {name}")
    if paired_on == 1:
        notes.append("one replication: no intervals and no verdict; differences may be chance")
    if a.get("run_id") == b.get("run_id"):
        notes.append("A and B are the same run: the scenario changes nothing")
    elif a.get("code_digest") != b.get("code_digest"):
        notes.append("the runs were made by different versions of the program; run both again to be sure")
    if left_out:
        own = set(reported_flows(a["resolved"])) | set(reported_flows(b["resolved"]))
        notes.append(
            f"demand differs: sums and transit times are over the {len(own) - len(left_out)} common flows; "
            f"left out: {', '.join(left_out)}, and {LEFT_OUT}. Facilities and services count all traffic"
        )
    return notes


def _changes(a: dict[str, Any], b: dict[str, Any]) -> list[str]:
    """Interventions and keys that b changes and a does not, each once, in the order of their application."""
    known = {(c["key"], str(c["value"]), c["label"], str(c["since"])) for c in a.get("changes", [])}
    own = [c for c in b.get("changes", []) if (c["key"], str(c["value"]), c["label"], str(c["since"])) not in known]
    return list(dict.fromkeys(c["key"] if c["label"] in ("set", "--set") else c["label"] for c in own))


def _facts(manifest: dict[str, Any]) -> dict[str, Any]:
    facts = {key: manifest.get(key) for key in ("run_id", "scenario", "title", "question", "seed", "replications")}
    return facts | {"period": manifest["resolved"].get("period")}


def _span(period: dict[str, Any] | None) -> str:
    return f"{period.get('start')} to {period.get('end')}" if period else "unknown"
