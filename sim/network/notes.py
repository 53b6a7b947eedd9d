"""What must be said of changes that have no effect or lie outside the run: a scenario's own, and its parents'."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sim.network.apply import Applied
from sim.network.dated import as_steps, within
from sim.scenario.changes import Change
from sim.scenario.load import Scenario
from sim.scenario.shapes import is_dated_list

Lineage = dict[str, list[Applied]]
#: When a change holds: its first day (None: from the beginning), and the first day on which it does no longer.
Span = tuple[date | None, date | None]


def notes(scenario: Scenario, lineage: Lineage) -> tuple[str, ...]:
    """Sentences on the changes of the scenario's own file and of the command."""
    own = [change for change in scenario.changes if _is_own(scenario, change)]
    found = _sentences(scenario, own, lineage, scenario.notes)
    first, last = scenario.clock.origin, scenario.clock.last_day
    idle = {
        id(e.change)
        for entries in lineage.values()
        for e in entries
        if e.address.path and within(e.old, first, last) == within(e.new, first, last)
    }
    if own and all(id(change) in idle for change in own):
        found[f"{scenario.name} changes nothing in this run: none of its changes has an effect"] = None
    return tuple(found)


def notes_of_parent(scenario: Scenario, lineage: Lineage) -> tuple[str, ...]:
    """Sentences on what the scenario has from its parents."""
    inherited = [change for change in scenario.changes if not _is_own(scenario, change)]
    return tuple(_sentences(scenario, inherited, lineage, scenario.notes_of_parent))


def _sentences(scenario: Scenario, changes: list[Change], lineage: Lineage, known: Iterable[str]) -> dict[str, None]:
    found = dict.fromkeys(known)
    same = {id(entry.change) for applied in lineage.values() for entry in applied if entry.old == entry.new}
    for change in changes:
        if id(change) in same:
            found[f"{change.label}: {change.key} changes nothing, that is its value already"] = None
    by_name: dict[str, list[Change]] = {}
    for change in changes:
        by_name.setdefault(change.key if change.label in ("set", "--set") else change.label, []).append(change)
    alike: dict[str, list[str]] = {}
    for name, members in by_name.items():
        if said := _outside_the_run(scenario, members):
            alike.setdefault(said, []).append(name)
    return found | dict.fromkeys(f"{', '.join(names)}: {said}" for said, names in alike.items())


def _outside_the_run(scenario: Scenario, changes: list[Change]) -> str | None:
    """Words on changes of one name that lie outside the period or the run, all of them or some."""
    origin, last = scenario.clock.origin, scenario.clock.last_day
    spans = [span for change in changes for span in _spans(change)]
    begins = [since for since, _ in spans if since is not None]
    late = sorted(since for since in begins if since > last)
    acting = [
        (since, until)
        for since, until in spans
        if (since is None or since <= last) and (until is None or until > origin)
    ]
    if not acting:
        if late:
            return f"idle, it starts on {late[0]}, after the end of the run ({last})"
        ends = max((until for _, until in spans if until is not None), default=None)
        return f"idle, it ends on {ends}, before the run ({origin})"
    if late:
        more = f" and {len(set(late)) - 1} more" if len(set(late)) > 1 else ""
        return f"partly idle, the step of {late[0]}{more} lies after the end of the run ({last})"
    if len(begins) < len(spans):
        return None
    known = [(since, until) for since, until in acting if since is not None]
    if min(since for since, _ in known) > scenario.period_end:
        return f"starts on {min(begins)}, after the period; it acts on the run-out only"
    if all(until is None and since <= origin for since, until in known):
        return f"part of the initial state since {min(begins)}"
    return None


def _spans(change: Change) -> list[Span]:
    """When each step of a change holds; a dated list that is set has several."""
    if change.since is None and change.action == "set" and is_dated_list(change.value):
        dates = [since for since, _ in as_steps(change.value)]
        return list(zip(dates, [*dates[1:], None], strict=True))
    return [(change.since, change.until)]


def _is_own(scenario: Scenario, change: Change) -> bool:
    return change.layer >= len(scenario.chain) - 1
