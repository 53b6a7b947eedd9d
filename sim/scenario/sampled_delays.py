"""Interventions that slip: the changes of a scenario once it is known how late each of them is.

Nothing is drawn here. ``sim.model.sampled_delays.drawn_delays`` draws the delays of a replication.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from sim.scenario.changes import Change
from sim.scenario.load import Scenario
from sim.scenario.values import Draw


def random_delays(scenario: Scenario) -> dict[str, Draw]:
    """The interventions whose delay is a distribution: id -> delay."""
    return {c.label: c.delay for c in scenario.changes if c.delay is not None and c.delay.dist != "fixed"}


def slipped(scenario: Scenario, days_late: Mapping[str, int]) -> tuple[Change, ...]:
    """The scenario's changes with each intervention of ``days_late`` that many days after its planned date.

    Additions and scalings move with both their ends; works that go before an opening last until it. The
    changes of one file are put in date order again. Two that come to set one parameter on one day by
    chance follow each other as in the file.
    """
    moved = [
        _moved(change, days_late[change.label]) if change.label in days_late else change for change in scenario.changes
    ]
    return tuple(sorted(moved, key=_order))


def _moved(change: Change, days: int) -> Change:
    shift = timedelta(days=days - change.delayed_d)
    since = change.since if change.since is None or not change.begins_late else change.since + shift
    until = None if change.until is None else change.until + shift
    return replace(change, since=since, until=until, delayed_d=days)


def _order(change: Change) -> tuple[int, int, date]:
    """File by file from the eldest parent; its interventions by date, then its own settings, then the command's."""
    if change.label in ("set", "--set"):
        return (change.layer, 1, date.min)
    return (change.layer, 0, change.since or date.min)
