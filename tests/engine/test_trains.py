"""Trains: when they form, who shares one, and how a full yard blocks the track; by hand, to the second."""

from __future__ import annotations

from tests.oracle.world import departures, model, run, set_out_at

H = 3_600
WEEK = {"start": "2025-01-01", "end": "2025-01-07"}
IN_YARD = {"facility": "yard", "units": "load"}
HOUR_BY_RAIL = {"mode": "rail", "length_km": 40, "speed_kmh": 40}


def railway(folder, flows, times, *, links=None, **tables):
    """Run flows from ``a`` to ``b``, an hour away by rail, lots setting out at the given hours."""
    rows = {name: {"origin": "a", "destination": "b", "modes": ["rail"], **row} for name, row in flows.items()}
    for name, row in rows.items():
        row["quantity_per_year"] = departures(len(times[name]) * row.get("lot", 1))
    world = {"nodes": {"a": {}, "b": {}, "c": {}}, "links": links or {"ab": {"from": "a", "to": "b", **HOUR_BY_RAIL}}}
    built = model(folder, {**world, "flows": rows, **tables}, **WEEK)
    return run(built, draws=set_out_at(built, {f: [round(t * H) for t in times[f]] for f in flows}))


def trains(result):
    """Lots, hour of forming and hour of splitting, by train."""
    found = {}
    for lot, train, joined, left in result.trace.members.tolist():
        found.setdefault(train, ([], joined / H, left / H))[0].append(lot)
    return [found[train] for train in sorted(found)]


def test_a_train_leaves_at_its_sum_or_after_the_longest_wait(tmp_path):
    result = railway(tmp_path, {"F": {"train": 3, "formation_wait": "5 h"}}, {"F": [10, 11, 12, 12.5]})
    assert trains(result) == [([0, 1, 2], 12, 13), ([3], 17.5, 18.5)]


def test_the_longest_wait_is_that_of_the_oldest(tmp_path):
    result = railway(tmp_path, {"F": {"train": 9, "formation_wait": "5 h"}}, {"F": [10, 14, 16]})
    assert trains(result) == [([0, 1], 15, 16), ([2], 21, 22)]


def test_lots_are_indivisible(tmp_path):
    """Two lots of two units pass the sum of three, but only one fits; the other's wait runs from its joining."""
    result = railway(tmp_path, {"F": {"lot": 2, "train": 3, "formation_wait": "5 h"}}, {"F": [10, 11]})
    assert trains(result) == [([0], 11, 12), ([1], 16, 17)]


def test_flows_share_a_train_as_far_as_their_way_agrees(tmp_path):
    """A and B go to b; C goes on to c by rail without a split at b, and forms its own train."""
    train = {"train": 2, "formation_wait": "5 h"}
    links = {"ab": {"from": "a", "to": "b", **HOUR_BY_RAIL}, "bc": {"from": "b", "to": "c", **HOUR_BY_RAIL}}
    result = railway(
        tmp_path,
        {"A": train, "B": train, "C": {**train, "destination": "c"}},
        {"A": [10], "B": [12], "C": [11]},
        links=links,
    )
    assert trains(result) == [([0, 1], 12, 13), ([2], 16, 18)]


def test_sizes_add_up_and_the_best_class_counts(tmp_path):
    """A train asks for the sum of its lots' room, in the class of its most urgent lot."""
    yard = {"yard": {"node": "b", "unit": "teu", "capacity": 5, "discipline": "priority"}}
    steps = {
        "yard_in": {"node": "b", "order": 1, **IN_YARD, "scope": "train", "action": "acquire"},
        "stay": {"node": "b", "order": 2, "duration": "8 h"},
        "yard_out": {"node": "b", "order": 3, **IN_YARD, "action": "release"},
    }
    train = {"train": 3, "formation_wait": "1 h"}
    result = railway(
        tmp_path,
        {"Slow": {**train, "priority": 5}, "Urgent": {**train, "priority": 1}},
        {"Slow": [10, 10, 10, 11, 11, 11, 12, 12], "Urgent": [12]},
        facilities=yard,
        processes=steps,
    )
    rows = result.rows("process/yard_in")
    asked = [(int(r[4]) / H, int(r[5]) / H, int(r[3])) for r in rows]
    # the third train, with an urgent lot in it, passes the second: both ask for three, two are free
    assert asked == [(11, 11, 3), (12, 27, 3), (13, 19, 3)]


def test_a_full_yard_blocks_the_track(tmp_path):
    """One track, room for one train's two boxes, ten hours in the yard: the next train keeps the track
    until the yard has room, and the one after it waits on the line."""
    facilities = {"track": {"node": "b", "capacity": 1}, "yard": {"node": "b", "unit": "teu", "capacity": 2}}
    steps = {
        "reception": {
            "node": "b",
            "order": 1,
            "scope": "train",
            "facility": "track",
            "duration": "1 h",
            "holds_until_next": True,
        },
        "yard_in": {"node": "b", "order": 2, **IN_YARD, "scope": "train", "action": "acquire"},
        "stay": {"node": "b", "order": 3, "duration": "10 h"},
        "yard_out": {"node": "b", "order": 4, **IN_YARD, "action": "release"},
    }
    result = railway(
        tmp_path, {"F": {"train": 2}}, {"F": [10, 10, 11, 11, 12, 12]}, facilities=facilities, processes=steps
    )
    reception = [[x / H for x in row[4:].tolist()] for row in result.rows("process/reception")]
    #              request, start, end, release
    assert reception == [[11, 11, 12, 12], [12, 12, 13, 22], [13, 22, 23, 32]]
    assert [row[5] / H for row in result.rows("process/yard_in")] == [12, 22, 32]
    assert sorted(t / H for t in result.journey_s().values()) == [12, 12, 21, 21, 30, 30]


def test_a_line_section_admits_one_train_a_headway_in_each_direction(tmp_path):
    """Twelve paths a day: two hours between trains of one direction, none between opposite ones."""
    links = {"ab": {"from": "a", "to": "b", **HOUR_BY_RAIL, "trains_per_day": 12}}
    result = railway(
        tmp_path,
        {"F": {}, "Back": {"origin": "b", "destination": "a"}},
        {"F": [10, 10, 11], "Back": [10.5]},
        links=links,
    )
    assert [(r[5] / H, r[6] / H) for r in result.rows("section/ab/a")] == [(10, 11), (12, 13), (14, 15)]
    assert [(r[5] / H, r[6] / H) for r in result.rows("section/ab/b")] == [(10.5, 11.5)]


def test_a_train_takes_the_times_in_force_when_it_starts(tmp_path):
    """The line is twice as fast from 2 January on: the train that waits over midnight uses the new time."""
    link = {**HOUR_BY_RAIL, "speed_kmh": [{"value": 20}, {"from": "2025-01-02", "value": 40}], "trains_per_day": 12}
    result = railway(tmp_path, {"F": {}}, {"F": [21, 22, 23]}, links={"ab": {"from": "a", "to": "b", **link}})
    assert [(r[5] / H, r[6] / H) for r in result.rows("section/ab/a")] == [(21, 23), (23, 25), (25, 26)]
