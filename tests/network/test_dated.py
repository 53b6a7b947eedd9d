"""Composing dated changes: against a plain reading of the rules, day by day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.network.dated import arithmetic, as_steps, as_written, change_steps, replace_steps

START = date(2024, 1, 1)
DAYS = [START + timedelta(days=n) for n in range(40)]
days = st.sampled_from(DAYS[1:])


def value_on(steps, day):
    """The value in force on a day; before the first date the first value holds."""
    return [value for since, value in steps if since is None or since <= day or since == steps[0][0]][-1]


@st.composite
def dated_lists(draw):
    dates = sorted(draw(st.sets(days, max_size=4)))
    return [(None, draw(st.integers(0, 9))), *((d, draw(st.integers(0, 9))) for d in dates)]


@st.composite
def changes(draw):
    first, second = draw(days), draw(days)
    since = draw(st.sampled_from([None, min(first, second)]))
    until = draw(st.sampled_from([None, max(first, second) + timedelta(days=1)]))
    return draw(st.sampled_from(["set", "add", "scale"])), draw(st.integers(0, 5)), since, until


def function_of(action, amount):
    return (lambda _: amount) if action == "set" else arithmetic(action, amount, whole=True)


@settings(deadline=None, derandomize=True)
@given(base=dated_lists(), applied=st.lists(changes(), max_size=5))
def test_changes_compose_in_order_day_by_day(base, applied):
    steps = base
    for action, amount, since, until in applied:
        steps = change_steps(steps, function_of(action, amount), since, until)
    for day in DAYS:
        expected = value_on(base, day)
        for action, amount, since, until in applied:
            if (since is None or since <= day) and (until is None or day < until):
                expected = {"set": amount, "add": expected + amount, "scale": expected * amount}[action]
        assert value_on(steps, day) == expected
    dates = [d for d, _ in steps]
    assert dates[0] is None
    assert dates[1:] == sorted(set(dates[1:]))


@settings(deadline=None, derandomize=True)
@given(base=dated_lists(), later=dated_lists())
def test_a_list_of_dated_values_keeps_what_was_before_its_first_date(base, later):
    if len(later) > 1:  # all entries dated
        steps = replace_steps(base, later[1:])
        for day in DAYS:
            assert value_on(steps, day) == value_on(base if day < later[1][0] else later, day)
    assert replace_steps(base, later) == later


@settings(deadline=None, derandomize=True)
@given(steps=dated_lists())
def test_the_written_form_reads_back(steps):
    assert as_steps(as_written(steps)) == steps


@pytest.mark.parametrize(
    ("action", "amount", "value", "expected"),
    [
        ("scale", 0.0625, "8 h", "1800 s"),
        ("add", "-30 min", "1 h", "1800 s"),
        ("add", "2 h", "1 h", "10800 s"),
        (
            "scale",
            2,
            {"dist": "triangular", "low": "1 h", "mode": "2 h", "high": "6 h"},
            {"dist": "triangular", "low": "7200 s", "mode": "14400 s", "high": "43200 s"},
        ),
        (
            "scale",
            0.5,
            {"dist": "lognormal", "mean": "4 h", "cv": 0.5},
            {"dist": "lognormal", "mean": "7200 s", "cv": 0.5},
        ),
        (
            "add",
            "4 h",
            {"dist": "lognormal", "mean": "4 h", "cv": 0.5},
            {"dist": "lognormal", "mean": "28800 s", "cv": 0.25},
        ),
        (
            "add",
            "1 h",
            {"dist": "gamma", "scale": "4 h", "shape": {"a": 2}},
            {"dist": "gamma", "scale": "4 h", "shape": {"a": 2}, "loc": "3600 s"},
        ),
        (
            "scale",
            2,
            {"dist": "empirical", "values": ["1 h", "2 h"]},
            {"dist": "empirical", "values": ["7200 s", "14400 s"]},
        ),
        ("scale", 1.5, 2.5, 3.75),
        ("add", -3, 5, 2),
    ],
)
def test_durations_and_distributions_change_in_all_their_times(action, amount, value, expected):
    assert arithmetic(action, amount, whole=False)(value) == expected


@pytest.mark.parametrize(("value", "factor", "expected"), [(3, 0.5, 2), (5, 0.5, 3), (3, 0.4, 1), (4, 1.0, 4)])
def test_whole_numbers_stay_whole(value, factor, expected):
    found = arithmetic("scale", factor, whole=True)(value)
    assert (found, type(found)) == (expected, int)


@pytest.mark.parametrize(
    ("action", "amount", "value", "message"),
    [
        ("add", 2, "4 h", "2 is not a duration; write a number and a unit, such as '4 h' or '-30 min'"),
        ("add", "-5 h", "4 h", "'4 h' would become negative"),
        ("add", "4 h", 3, "'4 h' cannot be added to the number 3"),
        ("scale", 2, True, "True cannot be scaled; use set"),
        ("scale", 2, [1, 2], "[1, 2] cannot be scaled; use set"),
        ("scale", 1e308, 1e308, "1e+308 would grow beyond every number"),
    ],
)
def test_what_cannot_be_changed_so(action, amount, value, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        arithmetic(action, amount, whole=False)(value)
    assert str(caught.value) == message
