"""What a closing does to work in progress, worked out by hand to the second.

The desk is open from 06:00 to 18:00 UTC; all runs begin on Wednesday, 1 January 2025.
"""

from __future__ import annotations

import pytest

from tests.oracle.line import line
from tests.oracle.world import clock, departures, model, run, set_out_at

DAY_HOURS = {"open": "06:00", "close": "18:00", "zone": "UTC"}
WEEK = {"start": "2025-01-01", "end": "2025-01-07"}


def spans(folder, times, *, duration="4 h", **facility):
    """(start, end) of each lot at the desk, as '1 16:00' (day of January and time), lots in order."""
    tables = line([("desk", facility, {"duration": duration})], {"F": {"quantity_per_year": departures(len(times))}})
    built = model(folder, tables, **WEEK)
    draws = set_out_at(built, {"F": [clock(built, f"2025-01-0{t}") for t in times]})
    result = run(built, draws=draws)
    return [(stamp(s), stamp(e)) for _, _, s, e in sorted(result.spans("process/desk"))], result


def stamp(second: int) -> str:
    return f"{second // 86_400 + 1} {second % 86_400 // 3600:02d}:{second % 3600 // 60:02d}"


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("finish", ("1 16:00", "1 20:00")),
        ("suspend", ("1 16:00", "2 08:00")),
        ("restart", ("1 16:00", "2 10:00")),
        ("not_started", ("2 06:00", "2 10:00")),
    ],
)
def test_work_that_meets_closing_time(tmp_path, policy, expected):
    got, _ = spans(tmp_path, ["1 16:00"], hours=DAY_HOURS, on_closure=policy)
    assert got == [expected]


@pytest.mark.parametrize("policy", ["finish", "suspend", "restart", "not_started"])
def test_work_that_ends_at_closing_time_is_done(tmp_path, policy):
    got, result = spans(tmp_path, ["1 14:00"], hours=DAY_HOURS, on_closure=policy)
    assert got == [("1 14:00", "1 18:00")]
    assert len(result.trace.pauses) == 0


@pytest.mark.parametrize(
    ("policy", "pauses"),
    [("suspend", [("1 18:00", "2 06:00"), ("2 18:00", "3 06:00")]), ("finish", []), ("not_started", [])],
)
def test_pauses_of_long_work(tmp_path, policy, pauses):
    """Twenty hours of work take three days when suspended: 2 h, 12 h, 6 h."""
    got, result = spans(tmp_path, ["1 16:00"], hours=DAY_HOURS, on_closure=policy, duration="20 h")
    assert [(stamp(a), stamp(b)) for _, _, a, b in result.trace.pauses.tolist()] == pauses
    ends = {"suspend": "3 12:00", "finish": "2 12:00", "not_started": None}
    if policy == "not_started":  # it can never end before a closing, so it never starts
        assert result.trace.column("rows", "start").tolist() == [-1]
    else:
        assert got[0][1] == ends[policy]


def test_begun_again_each_morning_it_never_ends(tmp_path):
    _, result = spans(tmp_path, ["1 16:00"], hours=DAY_HOURS, on_closure="restart", duration="13 h")
    assert result.rows("process/desk")[0, 6] == -1
    assert [stamp(a) for a in result.trace.column("pauses", "from").tolist()] == [f"{d} 18:00" for d in range(1, 8)]


def test_suspended_work_resumes_before_who_waits(tmp_path):
    """The second lot waits behind the first, which goes on in the morning for two hours more."""
    got, _ = spans(tmp_path, ["1 16:00", "1 17:00"], hours=DAY_HOURS, on_closure="suspend")
    assert got == [("1 16:00", "2 08:00"), ("2 08:00", "2 12:00")]


def test_a_closed_door_keeps_who_comes_at_closing_time(tmp_path):
    got, _ = spans(tmp_path, ["1 18:00"], hours=DAY_HOURS, duration="1 h")
    assert got == [("2 06:00", "2 07:00")]


def test_who_comes_at_opening_time_starts_at_once(tmp_path):
    got, _ = spans(tmp_path, ["2 06:00"], hours=DAY_HOURS, duration="1 h")
    assert got == [("2 06:00", "2 07:00")]


def test_who_is_called_by_work_that_ends_at_closing_time_has_begun(tmp_path):
    """The end comes before the fall of capacity, and what it causes belongs to it: the next lot is
    granted at 18:00, and where closing suspends, it is stopped in the same second."""
    finish, _ = spans(tmp_path / "f", ["1 14:00", "1 15:00"], hours=DAY_HOURS)
    assert finish == [("1 14:00", "1 18:00"), ("1 18:00", "1 22:00")]
    suspend, result = spans(tmp_path / "s", ["1 14:00", "1 15:00"], hours=DAY_HOURS, on_closure="suspend")
    assert suspend == [("1 14:00", "1 18:00"), ("1 18:00", "2 10:00")]
    assert [(stamp(a), stamp(b)) for _, _, a, b in result.trace.pauses.tolist()] == [("1 18:00", "2 06:00")]


def test_a_partial_fall_stops_the_latest_start_first(tmp_path):
    """Three units become one at midnight: of three lots the two that started last are stopped, and
    resume in order of their start as units come free, before the one that waits."""
    capacity = [{"value": 3}, {"from": "2025-01-02", "value": 1}]
    got, result = spans(
        tmp_path, ["1 20:00", "1 21:00", "1 22:00", "1 23:00"], duration="6 h", capacity=capacity, on_closure="suspend"
    )
    assert got == [("1 20:00", "2 02:00"), ("1 21:00", "2 05:00"), ("1 22:00", "2 09:00"), ("2 09:00", "2 15:00")]
    stopped = [(lot, stamp(a), stamp(b)) for lot, _, a, b in sorted(result.trace.pauses.tolist())]
    assert stopped == [(1, "2 00:00", "2 02:00"), (2, "2 00:00", "2 05:00")]


def test_of_equal_starts_the_highest_identifier_is_stopped(tmp_path):
    capacity = [{"value": 2}, {"from": "2025-01-02", "value": 1}]
    got, _ = spans(tmp_path, ["1 22:00", "1 22:00"], duration="3 h", capacity=capacity, on_closure="restart")
    assert got == [("1 22:00", "2 01:00"), ("1 22:00", "2 04:00")]


def test_a_fall_leaves_finishing_work_alone_and_grants_nothing_until_there_is_room(tmp_path):
    capacity = [{"value": 2}, {"from": "2025-01-02", "value": 1}]
    got, _ = spans(tmp_path, ["1 22:00", "1 23:00", "2 00:00"], capacity=capacity)
    assert got == [("1 22:00", "2 02:00"), ("1 23:00", "2 03:00"), ("2 03:00", "2 07:00")]


def test_hours_follow_the_local_clock_and_daylight_saving(tmp_path):
    """08:00 in Berlin is 07:00 UTC on Saturday, 29 March 2025, and 06:00 UTC on Sunday, the 30th."""
    hours = {"open": "08:00", "close": "20:00", "zone": "Europe/Berlin"}
    tables = line(
        [("desk", {"hours": hours}, {"duration": "1 h"})], {"F": {"quantity_per_year": departures(2, "2025-03-29")}}
    )
    built = model(tmp_path, tables, start="2025-03-29", end="2025-03-31")
    draws = set_out_at(built, {"F": [clock(built, "2025-03-29 01:00"), clock(built, "2025-03-30 01:00")]})
    starts = [s for _, _, s, _ in run(built, draws=draws).spans("process/desk")]
    assert starts == [clock(built, "2025-03-29 07:00"), clock(built, "2025-03-30 06:00")]


def test_hours_over_midnight_and_weekdays(tmp_path):
    """Open at night from 22:00 to 04:00, not on the nights that begin on Saturday or on the holiday."""
    hours = {
        "open": "22:00",
        "close": "04:00",
        "zone": "UTC",
        "holidays": ["2025-01-02"],
        "weekdays": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sun"],
    }
    got, _ = spans(tmp_path, ["1 12:00", "2 03:30", "2 12:00", "4 12:00"], hours=hours, duration="1 h")
    assert [s for s, _ in got] == ["1 22:00", "2 03:30", "3 22:00", "5 22:00"]
