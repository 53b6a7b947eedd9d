"""Bands over replications: quantiles by hand, and the part of the variance that inputs add."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.report.bands import FEWEST, bands, inputs_share
from sim.report.bands_page import HEAD, rows


def table(values: list[float], kpi: str = "transit_p50", scope: str = "corridor") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "replication": range(len(values)),
            "kpi": kpi,
            "scope": scope,
            "year": 0,
            "value": values,
            "contribution": values,
            "unit": "d",
        }
    )


def test_the_band_holds_four_of_five_replications():
    luck, both = [10.0] * 41, [float(k) for k in range(41)]  # the 10 % quantile of 0 .. 40 is 4, the 90 % one 36
    found = bands(table(luck), table(both))
    assert len(found) == 1
    assert found[0].random.low == found[0].random.high == 10
    assert (found[0].both.low, found[0].both.high) == (4, 36)
    assert found[0].both.mean == 20
    assert found[0].inputs_share == 1
    assert rows(found) == [("all shipments: transit time P50", "d", "10", "10 to 10", "20 +- 3.8", "4 to 36", "100%")]
    assert len(HEAD) == len(rows(found)[0])


def test_the_primary_indicator_comes_first_and_what_a_run_lacks_is_left_out():
    both = pd.concat([table([1.0, 2.0]), table([3.0, 4.0], "transit_p90", "F01")])
    assert [(x.kpi, x.scope) for x in bands(both, both, "transit_p90 of F01")] == [
        ("transit_p90", "F01"),
        ("transit_p50", "corridor"),
    ]


def test_one_replication_and_unfinished_lots_have_no_band():
    assert bands(table([1.0]), table([2.0]))[0].both.low is None
    endless = bands(table([1.0, np.inf]), table([2.0, 3.0]))[0]
    assert endless.random.low is None
    assert endless.random.mean is None
    assert endless.both.low is not None


def test_inputs_share_follows_the_law_of_total_variance():
    """Luck N(0, 1) and inputs N(0, 2): 4/5 of the variance; the estimate of 4,000 is good to some hundredths."""
    draw = np.random.default_rng(5)
    luck = draw.normal(0, 1, 4000)
    assert inputs_share(luck, luck + draw.normal(0, 2, 4000)) == pytest.approx(0.8, abs=0.03)
    assert inputs_share(luck, luck / 2) == 0
    assert inputs_share(luck[: FEWEST - 1], luck[: FEWEST - 1]) is None
