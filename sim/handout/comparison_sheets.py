"""A stored comparison as tables: the answer, every indicator in pairs, flows, places, changes, published figures, read me."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.errors import RunError
from sim.handout.answer import answer_of_pair
from sim.handout.changes import changes_sheet
from sim.handout.run_sheets import INTERVALS, published_sheet
from sim.handout.sheet import Cell, Sheet, margin, plus_minus
from sim.indicators import CAUSES, INDICATORS
from sim.model.effects import Effect
from sim.report.estimate import Estimate
from sim.report.scopes import cargo_words, is_of_shipments
from sim.results.manifest import MANIFEST, STUDY, digest_of, read_manifest
from sim.results.store import open_run, run_folder
from sim.studies.compare.comparison import PairedIndicator, RunFacts
from sim.studies.compare.left_out import ScopeTitles

#: What the sheet of flows leaves out of the indicators of flows: hours by cause.
_NOT_OF_FLOWS = ("time",)


@dataclass(frozen=True)
class StoredPair:
    """One comparison of a stored study, as it is read back."""

    a: RunFacts
    b: RunFacts
    lines: tuple[PairedIndicator, ...]
    by_year: tuple[PairedIndicator, ...]
    scopes: Mapping[str, ScopeTitles]
    effects: tuple[Effect, ...]
    found: Mapping[str, Any]  #: all of it, as plain JSON

    @property
    def answer(self) -> PairedIndicator:
        """The primary indicator's line."""
        return next(line for line in self.lines if line.primary)

    def title_of(self, line: PairedIndicator) -> str:
        """The scope of a line by its title."""
        known = self.scopes.get(line.scope)
        return cargo_words(line.scope) if known is None else known.of(line.kpi)

    def sentence(self) -> str:
        """The answer in one sentence."""
        line = self.answer
        known = self.scopes.get(line.scope)
        whose = self.title_of(line) if known is None or not is_of_shipments(line.kpi) else known.short
        return answer_of_pair(line, whose, self.a.title or self.a.scenario, self.b.title or self.b.scenario)


def stored_json(folder: Path, name: str) -> dict[str, Any]:
    """What a study of that name found, as it was written. Raises RunError if the file is damaged or of another version."""
    facts = read_manifest(folder, STUDY)
    path = folder / f"{name}.json"
    if facts is None or path.name not in facts["files"]:
        raise RunError(f"{folder}: no finished {name}")
    if digest_of(path) != facts["files"][path.name]["sha256"]:
        raise RunError(f"{path} has changed since it was written or is missing; the same command makes it anew")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def read_pairs(folder: Path) -> tuple[str, list[StoredPair]]:
    """The id of a stored comparison, and its pairs. Raises RunError as ``stored_json``."""
    found = stored_json(folder, "compare")
    try:
        return str(found["id"]), [_pair(pair) for pair in found["comparisons"]]
    except (KeyError, TypeError, ValueError) as error:
        why = str(error).splitlines()[0]
        raise RunError(f"{folder} was made by another version of the program ({why}); compare again") from None


def _pair(found: Mapping[str, Any]) -> StoredPair:
    return StoredPair(
        RunFacts.from_json(found["a"]),
        RunFacts.from_json(found["b"]),
        tuple(map(PairedIndicator.from_json, found["lines"])),
        tuple(map(PairedIndicator.from_json, found["by_year"])),
        {scope: ScopeTitles.from_json(titles) for scope, titles in found["scopes"].items()},
        tuple(map(Effect.from_json, found["effects"])),
        found,
    )


def comparison_sheets(folder: Path) -> list[Sheet]:
    """All sheets of a stored comparison. Raises RunError."""
    study_id, pairs = read_pairs(folder)
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
            _named(changes_sheet(pair.effects, _changes(folder, pair.b)), f"Changes{end}"),
        ]
    published = pairs[0].found.get("observed") or []
    if published:
        sheets.append(published_sheet(published))
    return [*sheets, _read_me(study_id, pairs)]


def _is_of_flow(line: PairedIndicator, pair: StoredPair) -> bool:
    flows = {*pair.found["flows"]["common"], *pair.found["flows"]["left_out"]}
    return line.scope in flows


def _named(sheet: Sheet, title: str) -> Sheet:
    return Sheet(title, sheet.head, sheet.rows, sheet.notes)


def _changes(folder: Path, facts: RunFacts) -> Sequence[Mapping[str, Any]]:
    """All changes of a compared run, with their sources, if it still lies beside the comparison."""
    run = run_folder(folder.parent.parent, facts.scenario, str(facts.run_id))
    if not (run / MANIFEST).is_file():
        return ()
    return open_run(run).manifest.get("changes") or ()


def _answer(pairs: Sequence[StoredPair]) -> Sheet:
    rows: list[tuple[Cell, ...]] = []
    for pair in pairs:
        rows += [
            ("A", pair.a.title or pair.a.scenario, None, ""),
            ("B", pair.b.title or pair.b.scenario, None, ""),
            ("Question", pair.b.question or "", None, ""),
            ("Answer", pair.sentence(), None, ""),
        ]
        line = pair.answer
        for name, found in (("A", line.a), ("B", line.b), ("B - A", line.difference)):
            rows.append((f"{INDICATORS[line.kpi].words} of {pair.title_of(line)}, {name}", *margin(found), line.unit))
        rows += [("Note", str(note), None, "") for note in pair.found["notes"]]
    return Sheet("Answer", ("", "value", "value ±", "unit"), rows, (INTERVALS,))


def _lines(title: str, lines: Sequence[PairedIndicator], pair: StoredPair) -> Sheet:
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


def _places(title: str, lines: Sequence[PairedIndicator], pair: StoredPair) -> Sheet:
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
    for moved in pair.found["moved"]["places"]:
        sides = [cell for side in ("a", "b", "difference") for cell in margin(Estimate.from_json(moved[side]))]
        name = pair.found["places"].get(moved["place"], moved["place"])
        rows.append((name, moved["place"], CAUSES[moved["cause"]], *sides, "h of a shipment", moved["p_value"]))
    return Sheet(title, head, rows, (INTERVALS,))


def _read_me(study_id: str, pairs: Sequence[StoredPair]) -> Sheet:
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
