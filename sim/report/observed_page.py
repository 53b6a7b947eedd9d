"""Published figures beside the model's as rows of a table, each with what it is worth as a test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.report.texttable import number, with_margin
from sim.report.verdicts import NOT_COMPARABLE, TESTS, score

TITLE = "Published and modelled: what the run is built on (input, fitted) is no test of it"
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
HEAD = ("", "year", "published", "model", "deviation", "role", "verdict")


def rows(lines: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """One row a published outcome; where two sources say the same, once."""
    found = [
        (
            line["what"] + _months(line),
            str(line["year"]),
            _published(line),
            with_margin(line["model"]),
            "-" if line["miss"] is None or line["verdict"] == NOT_COMPARABLE else f"{line['miss']:+.0%}",
            line["role"],
            line["verdict"] if line["role"] in TESTS or line["verdict"] == NOT_COMPARABLE else "-",
        )
        for line in lines
    ]
    return list(dict.fromkeys(found))


def footnotes(lines: Sequence[Mapping[str, Any]]) -> list[str]:
    """How the tests went, and why some figures are none: a reason once, with what it holds for."""
    notes = [score(lines)]
    reasons: dict[str, list[str]] = {}
    for line in lines:
        if line["verdict"] == NOT_COMPARABLE:
            reasons.setdefault(line["verdict_why"], []).append(line["id"])
    notes += [f"not comparable: {why} ({', '.join(ids)})" for why, ids in reasons.items()]
    return [note for note in notes if note]


def _months(line: Mapping[str, Any]) -> str:
    first, last = line.get("months") or (0, 0)
    return "" if not first else f", {MONTHS[first - 1]}" + (f" to {MONTHS[last - 1]}" if last > first else "")


def _published(line: Mapping[str, Any]) -> str:
    if line["low"] is None and line["high"] is None:
        return f"{number(line['observed'])} {line['unit']}"
    if line["low"] is None or line["high"] is None:
        bound, end = ("at most", line["high"]) if line["low"] is None else ("at least", line["low"])
        return f"{bound} {number(end)} {line['unit']}"
    return f"{number(line['low'])} to {number(line['high'])} {line['unit']}"
