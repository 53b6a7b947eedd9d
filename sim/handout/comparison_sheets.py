"""A stored comparison as tables: the answer, every indicator in pairs, flows, places, changes, published figures, read me."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.handout.changes import changes_sheet
from sim.handout.run_sheets import INTERVALS, published_sheet
from sim.handout.sheet import Cell, Sheet, margin, plus_minus
from sim.handout.stored import read_comparison, sentence
from sim.indicators import CAUSES, INDICATORS
from sim.studies.compare.comparison import PairedComparison, PairedIndicator

#: What the sheet of flows leaves out of the indicators of flows: hours by cause.
_NOT_OF_FLOWS = ("time",)


def comparison_sheets(folder: Path) -> list[Sheet]:
    """All sheets of a stored comparison. Raises RunError."""
    stored = read_comparison(folder)
    pairs = stored.pairs
    sheets = [_answer(pairs)]
    several = len(pairs) > 1
    for nth, pair in enumerate(pairs, start=1):
        end = f" {nth}" if several else ""
        of_flows = [x for x in pair.lines if _is_of_flow(x, pair) and INDICATORS[x.kpi].family not in _NOT_OF_FLOWS]
        of_places = [x for x in pair.lines if INDICATORS[x.kpi].scopes in ("port", "facility", "service")]
        sheets += [
            _lines(f"Indicators{end}", [*pair.lines, *pair.by_year], pair),
            _lines(f"By flow{end}", of_flows, pair),
            _places(f"By place{end}", of_places, pair),
            _named(changes_sheet(pair.effects, stored.changes(pair.b)), f"Changes{end}"),
        ]
    if stored.observed:
        sheets.append(published_sheet(stored.observed))
    return [*sheets, _read_me(stored.study_id, pairs)]


def _is_of_flow(line: PairedIndicator, pair: PairedComparison) -> bool:
    return line.scope in (*pair.flows.common, *pair.flows.left_out)


def _named(sheet: Sheet, title: str) -> Sheet:
    return Sheet(title, sheet.head, sheet.rows, sheet.notes)


def _answer(pairs: Sequence[PairedComparison]) -> Sheet:
    rows: list[tuple[Cell, ...]] = []
    for pair in pairs:
        rows += [
            ("A", pair.a.title or pair.a.scenario, None, ""),
            ("B", pair.b.title or pair.b.scenario, None, ""),
            ("Question", pair.b.question or "", None, ""),
            ("Answer", sentence(pair), None, ""),
        ]
        line = pair.answer
        for name, found in (("A", line.a), ("B", line.b), ("B - A", line.difference)):
            rows.append((f"{INDICATORS[line.kpi].words} of {pair.title_of(line)}, {name}", *margin(found), line.unit))
        rows += [("Note", str(note), None, "") for note in pair.notes]
    return Sheet("Answer", ("", "value", "value ±", "unit"), rows, (INTERVALS,))


def _lines(title: str, lines: Sequence[PairedIndicator], pair: PairedComparison) -> Sheet:
    head = (
        "kpi",
        "scope",
        "year",
        "indicator",
        "of",
        *plus_minus("A"),
        *plus_minus("B"),
        *plus_minus("B - A"),
        "B - A, share of A",
        "unit",
        "p",
        "p, Holm",
        "verdict",
        "primary",
        "note",
    )
    rows = [
        (
            x.kpi,
            x.scope,
            x.year or None,
            INDICATORS[x.kpi].words,
            pair.title_of(x),
            *margin(x.a),
            *margin(x.b),
            *margin(x.difference),
            x.relative,
            x.unit,
            x.p_value,
            x.p_adjusted,
            x.verdict,
            "yes" if x.primary else "",
            "; ".join(dict.fromkeys(filter(None, (x.a.note, x.b.note, x.difference.note)))),
        )
        for x in lines
    ]
    return Sheet(title, head, rows, (INTERVALS, "no year: the whole period; lines of single years are not tested"))


def _places(title: str, lines: Sequence[PairedIndicator], pair: PairedComparison) -> Sheet:
    """Stays at ports, and hours of a shipment waited at each place."""
    head = ("place", "id", "indicator", *plus_minus("A"), *plus_minus("B"), *plus_minus("B - A"), "unit", "p")
    rows: list[tuple[Cell, ...]] = [
        (
            pair.title_of(x),
            x.scope,
            INDICATORS[x.kpi].words,
            *margin(x.a),
            *margin(x.b),
            *margin(x.difference),
            x.unit,
            x.p_value,
        )
        for x in lines
    ]
    for moved in pair.moved.places:
        sides = [cell for side in (moved.a, moved.b, moved.difference) for cell in margin(side)]
        name = pair.places.get(moved.place, moved.place)
        rows.append((name, moved.place, CAUSES[moved.cause], *sides, "h of a shipment", moved.p_value))
    return Sheet(title, head, rows, (INTERVALS,))


def _read_me(study_id: str, pairs: Sequence[PairedComparison]) -> Sheet:
    rows: list[tuple[Cell, ...]] = [("comparison", study_id)]
    base = pairs[0].a
    for letter, facts in (("A", base), *(("B", pair.b) for pair in pairs)):
        rows += [
            (f"{letter}: scenario", facts.scenario),
            (f"{letter}: run", str(facts.run_id)),
            (f"{letter}: replications", facts.replications),
            (f"{letter}: seed", str(facts.seed)),
        ]
    period = base.period or {}
    rows.append(("period", f"{period.get('start')} to {period.get('end')}"))
    notes = (
        "A is the base, B what is compared with it, replication by replication with common random numbers.",
        "p, Holm: the primary indicator is tested alone, all others together with Holm's correction at 5 %.",
        INTERVALS,
        "Numbers are those of compare.json in the comparison's folder, to 16 digits; numbers on screen are rounded.",
    )
    return Sheet("Read me", ("", "value"), rows, notes)
