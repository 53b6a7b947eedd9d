"""Random loading bans: every shipment of the demand departs once, or is declined, or waits beyond the run."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.clock import DAY_S, NEVER_S
from sim.model.bans import LoadingBan, begin_s
from sim.model.demand import lots, months
from sim.model.streams import Streams
from sim.network.tables import Flow

ORIGIN, DAYS = date(2025, 1, 1), 200
END_S = DAYS * DAY_S
TRIES = settings(max_examples=150, deadline=None, derandomize=True, database=None)


@st.composite
def bans(draw) -> list[LoadingBan]:
    """Up to four bans one after another, some of which begin before the run or end after it."""
    edges = sorted(draw(st.lists(st.integers(-60, DAYS + 30), min_size=2, max_size=8, unique=True)))
    return [
        LoadingBan(
            f"b{k}",
            start * DAY_S,
            end * DAY_S,
            draw(st.sampled_from([0.01, 0.5, 0.9, 1.0])),
            draw(st.one_of(st.none(), st.integers(3_600, 90 * DAY_S))),
        )
        for k, (start, end) in enumerate(zip(edges[::2], edges[1::2], strict=False))
    ]


flows = st.builds(
    lambda arrivals, quantity, together, profile: Flow.model_validate(
        {
            "origin": "a",
            "destination": "b",
            "modes": ["road"],
            "commodity": "boxes",
            "cargo": "TEU",
            "direction": "east_to_west",
            "quantity_per_year": quantity,
            "monthly_profile": profile,
            "tonnes_per_unit": 1,
            "net_tonnes_per_unit": 1,
            "lot": 1,
            "lots_together": together,
            "arrivals": arrivals,
            "source": "made up for a test",
            "grade": "assumption",
        }
    ),
    st.sampled_from(["even", "random", "regular", "poisson"]),
    st.integers(0, 2_000),
    st.integers(1, 3),
    st.sampled_from([None, [1, 0, 3, 1, 0, 0, 2, 1, 1, 1, 1, 1]]),
)


@TRIES
@given(flows, bans(), st.integers(0, 3))
def test_demand_departs_or_is_declined_or_comes_after_the_run(flow, bans, replication):
    """Where all bans lie in the run; what a lost ban refused is declined, nothing departs twice, and order is kept."""
    streams = Streams(7, replication)
    bans = [ban for ban in bans if ban.start_s >= 0]
    plain = lots("F", flow, months(flow, ORIGIN, END_S), streams, END_S)
    held = lots("F", flow, months(flow, ORIGIN, END_S, begin_s(bans, END_S)), streams, END_S, bans)
    declined = int((held.refused_until_s == NEVER_S).sum())
    after = int(((held.refused_until_s >= END_S) & (held.refused_until_s < NEVER_S)).sum())
    assert len(held.time_s) + declined + after == len(plain.time_s)
    assert np.isin(held.ordinal, plain.ordinal).all()
    assert len(np.unique(held.ordinal)) == len(held.ordinal)
    assert set(np.concatenate([held.refused_s, held.time_s]).tolist()) >= set(plain.time_s.tolist())
    for ban in bans:
        inside = (held.time_s >= ban.start_s) & (held.time_s < ban.end_s)
        assert ban.share < 1 or not inside.any()
    assert (held.refused_until_s > held.refused_s).all()
    if not any(ban.back_s is None for ban in bans) and all(ban.share == 1 for ban in bans) and flow.lots_together == 1:
        came_back = np.argsort(held.refused_s, kind="stable")
        assert (np.diff(held.refused_until_s[came_back])[np.diff(held.refused_s[came_back]) > 0] >= 0).all()


@TRIES
@given(flows, bans(), st.integers(1, DAYS - 1))
def test_a_run_that_begins_later_has_the_same_departures(flow, bans, day):
    """From any day on: the second run knows what was put off before it began."""
    streams, first = Streams(7, 0), ORIGIN + timedelta(days=day)
    late_s = day * DAY_S
    later = [LoadingBan(ban.name, ban.start_s - late_s, ban.end_s - late_s, ban.share, ban.back_s) for ban in bans]
    whole = lots("F", flow, months(flow, ORIGIN, END_S, begin_s(bans, END_S)), streams, END_S, bans)
    end_s = END_S - late_s
    part = lots("F", flow, months(flow, first, end_s, begin_s(later, end_s)), streams, end_s, later)
    kept = whole.time_s >= late_s
    assert part.ordinal.tolist() == whole.ordinal[kept].tolist()
    assert (part.time_s + late_s).tolist() == whole.time_s[kept].tolist()
