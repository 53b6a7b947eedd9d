"""Runs side by side, replication by replication on the same luck: what got better, and is it shown?

Each later run is compared with the first. One indicator of each comparison is primary and stands for the
question; all the others are tested together with Holm's correction, so that a long list shows no
differences that are chance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd

from sim.errors import InputError, Problem, nearest
from sim.indicators import CORRIDOR, Measure, default_primary, measure
from sim.network.titles import title, titles_of
from sim.report.common_flows import LEFT_OUT, common_flows, groups, reported_flows
from sim.report.kpi_values import Values
from sim.report.published_line import PublishedLine
from sim.report.published_lines import published_lines
from sim.report.side_by_side import ComparedRun, both_runs, side_by_side
from sim.studies.compare.comparison import (
    ComparedFlows,
    Comparisons,
    PairedComparison,
    PairedIndicator,
    RunFacts,
)
from sim.studies.compare.left_out import ScopeTitles, not_arrived, scope_titles
from sim.studies.compare.moved_time import moved_time
from sim.studies.compare.recovery import recovery
from sim.studies.compare.tested import NO_DIFFERENCE, Tested, answers, judge, tested_line


def compare(
    run_a: ComparedRun, run_b: ComparedRun, primary: str = "", disruption_end: date | None = None
) -> PairedComparison:
    """Compare two runs; ``compare_all`` says what is raised."""
    return compare_all([run_a, run_b], [primary], disruption_end).comparisons[0]


def compare_all(
    runs: Sequence[ComparedRun], primaries: Sequence[str] = (), disruption_end: date | None = None
) -> Comparisons:
    """Differences of each later run from the first, over the whole period, with 95 % intervals.

    Runs with different numbers of replications are paired on those that both have. Where demand differs,
    groups of flows are counted over the common flows.

    Args:
        runs: two or more; the first is the base.
        primaries: ``KPI of SCOPE`` of each later run; empty: that of its manifest, else ``DEFAULT_PRIMARY``.
        disruption_end: first day after the disruption that recovery is measured from; default: the last
            end of an intervention of that kind that the later run has and the first has not.

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
    drafts = [_draft(base, other, text) for other, text in zip(others, wanted, strict=True)]
    first = [line for draft in drafts for line in answers(draft.lines)]
    judge(first)
    tests = judge([line for draft in drafts for line in draft.lines if not any(line is x for x in first)])
    observed = tuple(published_lines(Values(base.kpis), base.manifest))
    return Comparisons(
        tuple(
            _compared(base, other, draft, disruption_end, tests, observed)
            for other, draft in zip(others, drafts, strict=True)
        )
    )


@dataclass(frozen=True)
class _Draft:
    """A comparison while its lines are judged."""

    lines: list[Tested]
    by_year: tuple[PairedIndicator, ...]
    primary: Measure
    flows: ComparedFlows
    scopes: dict[str, ScopeTitles]
    replications: list[int]


def _draft(run_a: ComparedRun, run_b: ComparedRun, primary: str) -> _Draft:
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
        tested_line(kpi, scope, unit, year, a, b, sides)
        for (kpi, scope, unit, year), a, b in zip(keys, *numbers, strict=True)
    ]
    lines = [one for one in every if one.line.year == 0]
    chosen = _primary(primary or run_b.manifest.get("primary_kpi") or "", [one.line.measure for one in lines])
    for one in lines:
        one.line = replace(one.line, primary=one.line.measure == chosen)
    return _Draft(
        lines,
        _of_years([one.line for one in every if one.line.year]),
        chosen,
        ComparedFlows(tuple(common), tuple(left_out)),
        scope_titles(worlds, common, sides),
        replications,
    )


def _compared(
    run_a: ComparedRun,
    run_b: ComparedRun,
    draft: _Draft,
    disruption_end: date | None,
    tests: int,
    observed: tuple[PublishedLine, ...],
) -> PairedComparison:
    common, replications = draft.flows.common, draft.replications
    in_total = groups(run_a.manifest["resolved"], common).get(CORRIDOR, common)
    moved = moved_time(run_a, run_b, in_total, replications)
    names = titles_of(run_a.manifest["resolved"]) | titles_of(run_b.manifest["resolved"])
    return PairedComparison(
        a=_facts(run_a.manifest),
        b=_facts(run_b.manifest),
        changes=_changes(run_a.manifest, run_b.manifest),
        notes=(
            *_notes(run_a.manifest, run_b.manifest, draft.flows.left_out, len(replications)),
            *not_arrived({"A": run_a, "B": run_b}, common, replications, names),
        ),
        scopes=draft.scopes,
        flows=draft.flows,
        primary=str(draft.primary),
        lines=tuple(one.line for one in draft.lines),
        by_year=draft.by_year,
        moved=moved,
        places={row.place: title(names, row.place) for row in moved.places},
        recovery=recovery(run_a, run_b, in_total, replications, disruption_end),
        tests=tests,
        observed=observed,
    )


def _years_if_several(kpis: pd.DataFrame) -> pd.DataFrame:
    """The table without its single years, if the period lies in one."""
    return kpis if kpis["year"].nunique() > 2 else kpis[kpis["year"] == 0]


def _of_years(lines: Sequence[PairedIndicator]) -> tuple[PairedIndicator, ...]:
    """Lines of single years. They are not tested: each has its interval."""
    return tuple(
        replace(line, p_value=None, verdict="not tested" if line.verdict == NO_DIFFERENCE else line.verdict)
        for line in lines
    )


def _primary(text: str, known: Sequence[Measure]) -> Measure:
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


def _not_comparable(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[Problem]:
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


def _notes(a: Mapping[str, Any], b: Mapping[str, Any], left_out: Sequence[str], paired_on: int) -> list[str]:
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


def _changes(a: Mapping[str, Any], b: Mapping[str, Any]) -> tuple[str, ...]:
    """Interventions and keys that b changes and a does not, each once, in the order of their application."""
    known = {(c["key"], str(c["value"]), c["label"], str(c["since"])) for c in a.get("changes", [])}
    own = [c for c in b.get("changes", []) if (c["key"], str(c["value"]), c["label"], str(c["since"])) not in known]
    return tuple(dict.fromkeys(c["key"] if c["label"] in ("set", "--set") else c["label"] for c in own))


def _facts(manifest: Mapping[str, Any]) -> RunFacts:
    return RunFacts(
        run_id=manifest.get("run_id"),
        scenario=manifest["scenario"],
        title=manifest.get("title"),
        question=manifest.get("question"),
        seed=manifest.get("seed"),
        replications=manifest.get("replications"),
        period=manifest["resolved"].get("period"),
    )


def _span(period: Mapping[str, Any] | None) -> str:
    return f"{period.get('start')} to {period.get('end')}" if period else "unknown"
