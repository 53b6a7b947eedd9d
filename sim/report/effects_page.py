"""What a scenario's own changes come to, as lines of text: before, after and effective, with warnings."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from sim.language.words import tr
from sim.model.effects import Effect, effective, effects
from sim.network.explain import explain
from sim.record import Record
from sim.report.page import Point

if TYPE_CHECKING:
    from sim.network.world import World

#: Changes that are shown; the data hold all.
_MOST = 12
#: Alike changes of one intervention, such as a factor on the demand of all flows, that are shown singly.
_MOST_ALIKE = 3


def effects_points(effects: Sequence[Effect], scenario: str) -> list[Point]:
    """Points on the records of ``sim.model.effects``: each change, and below it what it comes to."""
    points: list[Point] = []
    shown, alike = _selected(effects)
    for effect, more in shown:
        points.append(Point(change_words(effect), hang=4))
        points += [Point(said, level=1) for said in _consequences(effect)]
        if more:
            points.append(
                Point(
                    tr("and {more} more by {by}: {what}", more=more, by=effect.by, what=effect.what or "set"), level=1
                )
            )
    left = len(effects) - len(shown) - alike
    if left:
        points.append(
            Point(
                tr(
                    "and {left} more; corridor explain KEY --scenario {scenario} shows each",
                    left=left,
                    scenario=scenario,
                ),
                hang=4,
            )
        )
    return points


def effects_text(effects: Sequence[Effect], scenario: str, width: int) -> list[str]:
    """The same as lines of text, at most ``width`` characters wide."""
    return [line for point in effects_points(effects, scenario) for line in point.lines(width)]


def effects_sentences(effects: Sequence[Effect]) -> list[str]:
    """The same as sentences, one a change, for pages that wrap them."""
    shown, alike = _selected(effects)
    found = []
    for effect, more in shown:
        said = [change_words(effect), *_consequences(effect)]
        found.append("; ".join(said) + (f"; {tr('and {more} more by {by}', more=more, by=effect.by)}" if more else ""))
    left = len(effects) - len(shown) - alike
    return [*found, *([tr("and {left} more changes", left=left)] if left else [])]


def check_lines(
    effects: Sequence[Effect], notes: Sequence[str], of_parent: Sequence[str], scenario: str, width: int
) -> list[str]:
    """What ``check`` prints below its first line: own changes and notes on them, then once those of the parents."""
    lines = [tr("changes: before -> after, and what it comes to in the run"), *effects_text(effects, scenario, width)]
    lines = lines if effects else []
    for mark, told in ((tr("note: "), notes), (tr("of the parents: "), of_parent)):
        for note in told:
            lines += textwrap.wrap(note, width, initial_indent=mark, subsequent_indent="  ")
    return [*lines, ""] if lines else []


@dataclass(frozen=True, slots=True)
class Explained(Record):
    """Where a row or a field comes from, and what it comes to."""

    key: str
    origin: tuple[str, ...]  #: lines of text
    effective: str  #: in the run; empty where it is used as it is
    effects: tuple[Effect, ...]  #: the scenario's own changes of it


def explained(world: World, key: str) -> Explained:
    """Where a row or field comes from, what it comes to in the run, and the scenario's own changes of it.

    Raises ``InputError`` for a key that points at nothing.
    """
    origin = explain(world, key)
    own = tuple(
        effect
        for effect in effects(world)
        if f"{effect.key}.".startswith(f"{key}.") or f"{key}.".startswith(f"{effect.key}.")
    )
    return Explained(key, tuple(origin.splitlines()), effective(world, key), own)


def explained_text(found: Explained, scenario: str, width: int) -> str:
    """The same as text."""
    lines = list(found.origin)
    if found.effective:
        lines.append("  " + tr("effective in the run: {effective}", effective=found.effective))
    if found.effects:
        lines += ["  " + tr("own changes, before -> after:"), *effects_text(found.effects, scenario, width)]
    return "\n".join(lines)


def change_words(effect: Effect) -> str:
    """``Feeders, ships (set): 2 -> 3 from 2024-02-01``."""
    by = ", ".join(part for part in (effect.by, effect.what) if part)
    before = f"{effect.before} -> " if effect.before else ""
    return f"{effect.title} ({by}): {before}{effect.after}"


def _consequences(effect: Effect) -> list[str]:
    effective = effect.effective
    return [
        *([tr("effective: {effective}", effective=effective)] if effective else []),
        *(tr("warning: {warning}", warning=w) for w in effect.warnings),
    ]


def _selected(effects: Sequence[Effect]) -> tuple[list[tuple[Effect, int]], int]:
    """The records shown, each with how many alike ones follow it unshown, and how many these are in all.

    Alike are those of one intervention that do the same to one kind of parameter; one with a warning is shown.
    """

    def kind(effect: Effect) -> tuple[str, ...]:
        ends = effect.key.split(".")
        return effect.by, effect.what, ends[0], ends[-1]

    shown: list[tuple[Effect, int]] = []
    for (by, what, *_), group in groupby(effects, key=kind):
        members = list(group)
        if len(members) > _MOST_ALIKE and what and by not in ("set", "--set"):
            loud = [effect for effect in members if effect.warnings] or members[:1]
            shown += [(effect, 0) for effect in loud[:-1]] + [(loud[-1], len(members) - len(loud))]
        else:
            shown += [(effect, 0) for effect in members]
    first = [entry for entry in shown if entry[0].warnings]
    ordered = shown if len(shown) <= _MOST else [*first, *(entry for entry in shown if entry not in first)]
    kept = ordered[:_MOST]
    return kept, sum(more for _, more in kept)
