"""What a scenario changes, with sources: its own changes with before, after and effective, then those of its parents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sim.handout.sheet import Cell, Sheet
from sim.model.effects import Effect
from sim.scenario.faults import written

HEAD = ("parameter", "key", "by", "before", "after", "effective in the run", "warning", "source", "grade", "written in")


def changes_sheet(effects: Sequence[Effect], changes: Sequence[Mapping[str, Any]]) -> Sheet:
    """Args:
    effects: own changes, as a run or a comparison stores them.
    changes: all changes of the run, those of its parents too, as its manifest has them; empty if they are not known.
    """
    rows = [*_own(effects, changes), *_others(effects, changes)]
    notes = () if rows else ("Nothing is changed: the geodata as they are.",)
    return Sheet("Changes", HEAD, rows, notes)


def source_of(effect: Effect, changes: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """Source and grade of a change; of one that the scenario sets by itself, the scenario."""
    label = effect.by.removeprefix("without ")
    for change in changes:
        if change["key"] == effect.key and change["label"] == label and change["source"]:
            return str(change["source"]), str(change["grade"])
    return ("the scenario's own", "") if label in ("set", "--set") else ("", "")


def _own(effects: Sequence[Effect], changes: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Cell, ...]]:
    for effect in effects:
        where = effect.file if effect.line is None else f"{effect.file}:{effect.line}"
        by = ", ".join(part for part in (effect.by, effect.what) if part)
        told = (effect.before, effect.after, effect.effective or "as it is", "; ".join(effect.warnings))
        yield (effect.title, effect.key, by, *told, *source_of(effect, changes), where)


def _others(effects: Sequence[Effect], changes: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Cell, ...]]:
    own = {(effect.key, effect.by.removeprefix("without ")) for effect in effects}
    for change in changes:
        if (change["key"], change["label"]) not in own:
            since, until = change["since"], change["until"]
            dates = (f" from {since}" if since else "") + (f" to {until}" if until else "")
            what = "" if change["action"] == "set" else f"{change['action']} "
            yield (
                "",
                change["key"],
                f"{change['label']} (from a parent)",
                "",
                f"{what}{written(change['value'])}{dates}",
                "",
                "",
                change["source"],
                change["grade"],
                "",
            )
