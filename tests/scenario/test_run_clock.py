"""The clock of a run, worked out by hand."""

from datetime import date

import pytest

from sim.scenario.run_clock import RunClock

H, DAY = 3_600, 86_400


@pytest.mark.parametrize(
    ("warm_up_h", "run_out_h", "origin", "last_day", "end_s"),
    [
        (0, 0, date(2024, 3, 1), date(2024, 3, 2), 2 * DAY),
        (48, 48, date(2024, 2, 28), date(2024, 3, 4), 6 * DAY),  # 2024 has a 29th of February
        (36, 36, date(2024, 2, 28), date(2024, 3, 4), 4 * DAY + 36 * H),
        (1, 1, date(2024, 2, 29), date(2024, 3, 3), 3 * DAY + H),
    ],
)
def test_warm_up_counts_as_whole_days_and_run_out_as_it_is(warm_up_h, run_out_h, origin, last_day, end_s):
    clock = RunClock.of(date(2024, 3, 1), date(2024, 3, 2), warm_up_h * H, run_out_h * H)
    assert (clock.origin, clock.last_day, clock.end_s) == (origin, last_day, end_s)
    assert clock.period_start_s == (date(2024, 3, 1) - origin).days * DAY
    assert clock.period_end_s == clock.period_start_s + 2 * DAY
    assert (clock.after - last_day).days == 1
