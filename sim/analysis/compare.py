"""Two runs side by side, replication by replication on the same luck: what got better, and is it shown?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.intervals import PairedDifference, paired
from sim.analysis.summary import StoredRun
from sim.analysis.texttable import interval_facts, number, text_table, with_margin
from sim.errors import InputError, Problem

#: Indicator (or its beginning) -> +1 if more is better, -1 if less is; others have no better or worse.
GOOD = {
    "transit_lots": 0,
    "transit_": -1,
    "between_lots": 0,
    "between_": -1,
    "volume_": 1,
    "time_": -1,
    "wait_": -1,
    "queue_": -1,
    "berth_wait": -1,
    "round_trip": -1,
    "cost_usd": -1,
    "cost_charges": -1,
    "cost_time": -1,
    "cost_standing": -1,
    "co2e_kg": -1,
    "co2e_g": -1,
}
#: What the text shows of each scope; the data hold all.
_SHOWN = ("volume_teu", "volume_tonnes", "transit_p50", "transit_p90", "transit_p95", "transit_unfinished")
_FACILITIES_SHOWN = 5
_OTHERS_SHOWN = 12
VERDICTS = ("better", "worse", "more", "less")
NO_DIFFERENCE = "no difference shown"


def compare(run_a: StoredRun, run_b: StoredRun) -> dict[str, Any]:
    """Differences b - a of every indicator over the whole period, with 95 % intervals.

    Runs with different numbers of replications are paired on those that both have.

    Returns: facts of both runs, ``notes``, and ``lines``: kpi, scope, unit, a, b, difference, relative,
    variance_ratio (how many times more replications independent luck would need), verdict.

    Raises:
        InputError: if the runs differ in period or seed, and so do not share their luck.
    """
    notes = _comparable(run_a.manifest, run_b.manifest)
    table = _side_by_side(run_a.kpis, run_b.kpis)
    lines = []
    for (kpi, scope, unit), rows in table.groupby(["kpi", "scope", "unit"], sort=False):
        pair = paired(rows["a"].to_numpy(float), rows["b"].to_numpy(float))
        base = pair.a.mean
        known = np.isfinite(pair.difference.mean) and np.isfinite(base) and base != 0
        lines.append(
            {
                "kpi": kpi,
                "scope": scope,
                "unit": unit,
                "a": interval_facts(pair.a),
                "b": interval_facts(pair.b),
                "difference": interval_facts(pair.difference),
                "relative": pair.difference.mean / base if known else None,
                "variance_ratio": pair.variance_ratio,
                "verdict": verdict(str(kpi), pair),
            }
        )
    return {"a": _facts(run_a.manifest), "b": _facts(run_b.manifest), "notes": notes, "lines": lines}


def verdict(kpi: str, pair: PairedDifference) -> str:
    """``better``, ``worse``, ``more`` or ``less`` (where neither is good), or that none is shown."""
    if pair.difference.half_width is None:
        return pair.difference.note or NO_DIFFERENCE
    if not pair.difference.excludes_zero:
        return NO_DIFFERENCE
    rises = pair.difference.mean > 0
    good = next((sign for beginning, sign in GOOD.items() if kpi.startswith(beginning)), 0)
    if good == 0:
        return "more" if rises else "less"
    return "better" if rises == (good > 0) else "worse"


def compare_text(result: dict[str, Any], width: int = 110) -> str:
    """The main differences as plain text."""
    a, b = result["a"], result["b"]
    lines = [
        f"A  {a['scenario']} ({a['run_id']})  {a['title'] or ''}".rstrip(),
        f"B  {b['scenario']} ({b['run_id']})  {b['title'] or ''}".rstrip(),
        "B - A over replications on the same luck, +- 95 % half-width",
        *(f"note: {note}" for note in result["notes"]),
    ]
    scopes = list(dict.fromkeys(x["scope"] for x in result["lines"] if x["kpi"] == "transit_p50"))
    main = [x for scope in scopes for x in result["lines"] if x["scope"] == scope and x["kpi"] in _SHOWN]
    causes = [x for x in result["lines"] if x["scope"] == "corridor" and x["kpi"].startswith("time_")]
    queues = [x for x in result["lines"] if x["kpi"] == "wait_total" and x["difference"]["mean"]]
    queues.sort(key=lambda x: -abs(x["difference"]["mean"]))
    for title, chosen in (
        ("Transit times and volumes", _notable(main)),
        ("Hours of a lot by cause", causes),
        ("Facilities whose waiting changed most", queues[:_FACILITIES_SHOWN]),
    ):
        if chosen:
            lines += [
                "",
                title,
                *text_table(("", "A", "B", "B - A", "%", "unit", "verdict"), [_row(x) for x in chosen], width),
            ]
    ratios = [x["variance_ratio"] for x in main if x["variance_ratio"] is not None]
    if ratios:
        lines += [
            "",
            f"Same luck in both runs saves replications: variance ratio {number(float(np.median(ratios)))} (median).",
        ]
    return "\n".join(lines)


def _comparable(a: dict[str, Any], b: dict[str, Any]) -> list[str]:
    problems = []
    periods = [(m.get("resolved") or {}).get("period") for m in (a, b)]
    if periods[0] != periods[1]:
        problems.append(
            Problem(
                f"the runs cover different periods ({_span(periods[0])}; {_span(periods[1])}); run both over one period"
            )
        )
    if a.get("seed") != b.get("seed"):
        problems.append(
            Problem(
                f"the runs have different seeds ({a.get('seed')}, {b.get('seed')}) and so do not share their "
                "luck; run both with the same --seed"
            )
        )
    if problems:
        raise InputError(problems)
    counts = sorted({int(a["replications"]), int(b["replications"])})
    notes = [f"paired on the first {counts[0]} replications; one run has {counts[1]}"] if len(counts) > 1 else []
    if counts[0] == 1:
        notes.append("one replication: no intervals and no verdict; differences may be chance")
    if a.get("run_id") == b.get("run_id"):
        notes.append("A and B are the same run")
    return notes


def _side_by_side(a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    """Whole-period values of indicators that both runs have, one row a replication of both."""
    keys = ["kpi", "scope", "unit", "replication"]
    tables = [t.loc[t["year"] == 0, [*keys, "value"]].astype(dict.fromkeys(keys[:3], str)) for t in (a, b)]
    both = tables[0].merge(tables[1], on=keys, suffixes=("_a", "_b"), validate="one_to_one")
    shared = set(a["replication"]) & set(b["replication"])
    both = both[both["replication"].isin(shared)]
    return both.rename(columns={"value_a": "a", "value_b": "b"})


def _notable(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The corridor's total always; of other scopes the largest shown differences."""
    shown = [x for x in lines if x["scope"] != "corridor" and x["difference"]["mean"] and x["verdict"] in VERDICTS]
    shown = sorted(shown, key=lambda x: -abs(x["relative"] or 0.0))[:_OTHERS_SHOWN]
    return [x for x in lines if x["scope"] == "corridor" or x in shown]


def _row(line: dict[str, Any]) -> tuple[str, ...]:
    relative = "-" if line["relative"] is None else f"{line['relative']:+.1%}"
    what = f"{line['scope']} {line['kpi']}".replace("_", " ")
    return (
        what,
        number(line["a"]["mean"]),
        number(line["b"]["mean"]),
        with_margin(line["difference"]),
        relative,
        line["unit"],
        line["verdict"],
    )


def _facts(manifest: dict[str, Any]) -> dict[str, Any]:
    return {key: manifest.get(key) for key in ("run_id", "scenario", "title", "seed", "replications")}


def _span(period: dict[str, Any] | None) -> str:
    return f"{period.get('start')} to {period.get('end')}" if period else "unknown"
