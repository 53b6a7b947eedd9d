"""``set`` with ``add`` and ``scale``: what they mean day by day, and how a wrong form is told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import InputError
from sim.network.dated import arithmetic, as_steps, change_steps, in_force
from sim.network.world import resolve
from sim.scenario.changes import Change
from sim.scenario.load import load_scenario
from sim.scenario.relative import plain_changes

DAYS = [date(2024, 1, 1) + timedelta(days=n) for n in range(30)]


def ships(*values: str) -> list[int]:
    """Ships of the tutorial (2) on 1 January, 1 March and 1 April 2024."""
    world = resolve(load_scenario("tutorial", [f"fleets.feeders.count={value}" for value in values]))
    count = world.fleets["feeders"].count
    return [count.at(date(2024, month, 1)) for month in (1, 3, 4)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["{add: 2}"], [4, 4, 4]),
        (["{scale: 2}"], [4, 4, 4]),
        (["{scale: 0.6}"], [1, 1, 1]),  # 1.2, a ship is whole
        (["{add: -1}"], [1, 1, 1]),
        (["[{from: 2024-03-01, add: 2}]"], [2, 4, 4]),
        (["{from: 2024-03-01, add: 2}"], [2, 4, 4]),
        (["[{add: 1}, {from: 2024-03-01, add: 2}, {from: 2024-04-01, scale: 3}]"], [3, 4, 6]),
        (["[{value: 3}, {from: 2024-03-01, value: 5}]", "[{from: 2024-04-01, add: 2}]"], [3, 5, 7]),
    ],
)
def test_the_tutorial_s_ships(values, expected):
    assert ships(*values) == expected


@settings(deadline=None, derandomize=True)
@given(
    base=st.integers(0, 9),
    first=st.sampled_from([None, DAYS[0]]),
    later=st.sets(st.sampled_from(DAYS[1:]), max_size=4),
    amounts=st.lists(st.tuples(st.sampled_from(["add", "scale"]), st.integers(0, 5)), min_size=5, max_size=5),
)
def test_each_entry_holds_from_its_day_to_the_next(base, first, later, amounts):
    dates = [first, *sorted(later)]
    entries = [
        {"from": day, action: amount} if day else {action: amount}
        for day, (action, amount) in zip(dates, amounts, strict=False)
    ]
    steps = as_steps(base)
    for change in plain_changes(Change("k", "set", entries, None, None, "f", 1, "set")):
        function = arithmetic(change.action, change.value, whole=True)
        steps = change_steps(steps, function, change.since, change.until)
    for day in DAYS:
        begun = [amount for since, amount in zip(dates, amounts, strict=False) if since is None or since <= day]
        action, amount = begun[-1]
        assert in_force(steps, day) == (base + amount if action == "add" else base * amount)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("{add: 2, scale: 3}", "exactly one of add and scale"),
        ("[{value: 3}, {from: 2024-03-01, add: 1}]", "either values or what is added and scaled, not both"),
        ("[{add: 1}, {add: 2}]", "only the first entry may lack 'from'"),
        ("[{from: 2024-03-01, add: 1}, {from: 2024-02-01, add: 2}]", "must be in date order"),
        ("[{from: March, add: 1}]", "'from' 'March' is not a date"),
        ("[{from: 2024-03-01, to: 2024-04-01, add: 1}]", "exactly one of add and scale"),
        ("{scale: 40%}", "scale: '40%' should be a number; per cent are written as a share: 0.4"),
        ("{scale: -1}", "scale: -1 should be 0 or more"),
        ("{add: true}", "add: True should be a number"),
        ("{add: 2 h}", "'2 h' cannot be added to the number 2"),
    ],
)
def test_a_wrong_form_is_named(value, expected):
    with pytest.raises(InputError) as caught:
        resolve(load_scenario("tutorial", [f"fleets.feeders.count={value}"]))
    (problem,) = caught.value.problems
    assert expected in problem.message
    assert problem.file.startswith("--set fleets.feeders.count=")


def test_interventions_and_files_take_the_same_form(tmp_path):
    (tmp_path / "interventions.yaml").write_text(
        "X-1: {title: a, kind: capacity, from: 2024-03-01, source: me, grade: assumption,\n"
        "      changes: [{key: fleets.feeders.count, set: {add: 2}}]}\n"
    )
    (tmp_path / "s.yaml").write_text(
        "schema_version: 1\nextends: tutorial\ninterventions: [X-1]\n"
        "set: {fleets.feeders.count: [{from: 2024-04-01, scale: 2}]}\n"
    )
    count = resolve(load_scenario(tmp_path / "s.yaml")).fleets["feeders"].count
    assert [count.at(date(2024, month, 1)) for month in (1, 3, 4)] == [2, 4, 8]
    (tmp_path / "interventions.yaml").write_text(
        "X-1: {title: a, kind: capacity, from: 2024-03-01, source: me, grade: assumption,\n"
        "      changes: [{key: fleets.feeders.count, set: [{from: 2024-05-01, add: 2}]}]}\n"
    )
    with pytest.raises(InputError, match="has a date of its own; write add or scale"):
        load_scenario(tmp_path / "s.yaml")


def test_a_barrier_s_place_needs_no_row_to_be_changed():
    world = resolve(load_scenario("tutorial", ["barriers.documents.border.scale=0.5"]))
    assert world.barriers["documents"]["border"].scale.at(date(2024, 1, 1)) == 0.5
    with pytest.raises(InputError, match="no step of the barrier documents is at market; it is at: border"):
        resolve(load_scenario("tutorial", ["barriers.documents.market.scale=0.5"]))
    with pytest.raises(InputError, match=r"its rows are countries, places and goods: kz, border; nearest: 'border'"):
        resolve(load_scenario("tutorial", ["barriers.documents.bordr.scale=0.5"]))


def test_a_first_value_within_the_run_needs_one_before(tmp_path):
    world = resolve(load_scenario("tutorial", ["fleets.feeders.count=[{from: 2024-03-01, value: 7}]"]))
    assert [world.fleets["feeders"].count.at(date(2024, m, 1)) for m in (1, 3)] == [2, 7]
    row = (
        "{title: b, node: east_port, kind: berth, source: me, grade: assumption, "
        "capacity: [{from: 2030-01-01, value: 7}]}"
    )
    with pytest.raises(InputError) as caught:
        resolve(load_scenario("tutorial", [f"facilities.new_berth={row}"]))
    assert (
        "facilities.new_berth.capacity: its first value holds from 2030-01-01, the run begins on 2023-12-02; say "
        "what holds before: [{value: ...}, {from: 2030-01-01, value: ...}]"
    ) in str(caught.value)
