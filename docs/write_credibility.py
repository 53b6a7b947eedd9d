"""Write the parts of ``docs/credibility.md`` that come from stored results: ``make docs-credibility``.

Each part stands between ``<!-- begin: NAME -->`` and ``<!-- end: NAME -->``; a test says when one is out of date. What is read is
committed: ``validation.json`` (of ``img/draw_validation.py``), ``talks.json`` (of ``corridor talks``) and the tables of
``geodata/calibration`` (of ``make calibrate``).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.report.estimate import Estimate, with_margin
from sim.report.page import Page
from sim.studies.calibrate.file import calibration_path
from sim.studies.calibrate.page import page as calibration_page
from sim.studies.calibrate.record import stored_record

HERE = Path(__file__).parent
PAGE = HERE / "credibility.md"
_PART = re.compile(r"(<!-- begin: (\w+) -->\n).*?(<!-- end: \2 -->)", re.DOTALL)
_VERDICTS = ("miss", "near", "hit")
_TESTS = ("independent", "out of sample")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

Row = Mapping[str, Any]


def stored(name: str) -> Any:
    """A committed result, as its file has it."""
    return json.loads((HERE / name).read_text(encoding="utf-8"))


def judged() -> list[Row]:
    """Published outcomes that are tests, misses first."""
    rows = [row for row in stored("validation.json")["rows"] if row["verdict"] in _VERDICTS]
    return sorted(rows, key=lambda row: (_VERDICTS.index(row["verdict"]), row["year"], row["title"]))


def score() -> Iterator[str]:
    """How many published outcomes are met, by role."""
    rows, found = judged(), stored("validation.json")
    table = []
    for role in (*_TESTS, "both"):
        counts = Counter(row["verdict"] for row in rows if role in (row["role"], "both"))
        table.append((role, *(str(counts[word]) for word in ("hit", "near", "miss"))))
    yield from _table(("role of the published outcome", "hit", "near", "missed"), table)
    built = [row for row in rows if "partly built on" in f"{row['note']} {row['rests_on']}"]
    hits = sum(row["verdict"] == "hit" for row in built)
    missed = sum(row["verdict"] == "miss" for row in rows)
    yield (
        f"These are the {len(rows)} published outcomes on which nothing was built and to which nothing was fitted, with "
        f"{found['replications']} replications of each year. {len(built)} of them, {hits} of the hits, are volumes whose cargo is "
        f"set in part. In {_below(rows)} of the {missed} misses the model lies below what was published: too quick, too short a "
        "queue, too little, too low a charge."
    )


def validation() -> Iterator[str]:
    """Every test, misses first, and what the model says in years that it was not built from."""
    rows = [(row["verdict"], row["title"], _when(row), _figure(row), _model(row), row["role"]) for row in judged()]
    yield from _table(("verdict", "published outcome", "when", "published", "model", "role"), rows)
    late = Counter(row["verdict"] for row in judged() if row["role"] == "out of sample")
    yield (
        f"Out of sample (2025 and later, never used to choose a value): {late['hit']} hit, {late['near']} near, {late['miss']} missed."
    )


def calibration() -> Iterator[str]:
    """What a calibration left, what it tells apart, and the answers over the accepted sets."""
    found = stored_record(calibration_path())
    told = calibration_page(found)
    yield from _listed(f"{str(point)[:1].upper()}{str(point)[1:]}." for point in told.lead)
    yield ""
    kept = {
        "Answers over the accepted sets",
        "How much hangs on the stated discrepancy",
        "What the targets can tell apart",
    }
    for section in told.sections:
        if section.title in kept:
            text = Page("", sections=[section]).markdown().partition("## ")[2].partition("\n")
            yield f"**{text[0]}**"
            yield ""
            yield text[2].strip()
            yield ""
    yield "All of it, target by target: [calibration](calibration.md)."


def rests() -> Iterator[str]:
    """Answers that are not given, with their reasons."""
    told: dict[str, list[str]] = {}
    for talk in stored("talks.json")["talks"]:
        for comparison in talk["comparisons"]:
            for answer in comparison["answers"]:
                if answer["withdrawn"]:
                    told.setdefault(answer["withdrawn"], []).append(answer["title"])
    if told:
        yield "Answers of the [talks](talks.md) that are not given, and why:"
        yield from _listed(f"{'; '.join(names)}: {reason}." for reason, names in told.items())


def missing() -> Iterator[str]:
    """What would decide each miss."""
    yield "What would decide each missed outcome, from the register of observations:"
    yield from _listed(
        f"{row['title']}, {_when(row)}: {re.split(r'(?<=[.]) ', row['why_missed'])[-1]}"
        for row in judged()
        if row["verdict"] == "miss" and row["why_missed"]
    )


PARTS: dict[str, Callable[[], Iterator[str]]] = {
    "calibration": calibration,
    "score": score,
    "validation": validation,
    "rests": rests,
    "missing": missing,
}


def filled(page: str) -> str:
    """The page with every part written anew; a part without a function is left as it is."""

    def part(match: re.Match[str]) -> str:
        begin, name, end = match.groups()
        return f"{begin}{chr(10).join(PARTS[name]())}\n{end}" if name in PARTS else match.group()

    return _PART.sub(part, page)


def _below(rows: Sequence[Row]) -> int:
    return sum(row["verdict"] == "miss" and row["model"] < (row["low"] or row["value"]) for row in rows)


def _when(row: Row) -> str:
    first, last = row["months"] or (1, 12)
    if (first, last) == (1, 12):
        return str(row["year"])
    return " to ".join(dict.fromkeys(_MONTHS[month - 1] for month in (first, last))) + f" {row['year']}"


def _figure(row: Row) -> str:
    low, high = row["low"], row["high"]
    if low is not None and high is not None:
        return f"{low:,.5g} to {high:,.5g} {row['unit']}"
    if low is not None or high is not None:
        return f"{'at least' if high is None else 'at most'} {low if high is None else high:,.5g} {row['unit']}"
    return f"{row['value']:,.5g} {row['unit']}"


def _model(row: Row) -> str:
    return with_margin(Estimate(row["model"], row["half_width"], row["replications"]))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""


def _listed(points: Iterator[str]) -> Iterator[str]:
    yield ""
    yield from (f"- {point}" for point in points)


def main() -> None:
    """Write the page."""
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
