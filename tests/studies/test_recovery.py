"""Recovery: the first week of two in which journeys are as short as without the disruption."""

from __future__ import annotations

from datetime import date
from math import inf, nan
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sim.analysis.ledger import CAUSE_COLUMNS
from sim.errors import InputError
from sim.studies.compare.recovery import UnseenRecovery, disruptions_end, recovery, recovery_days


@pytest.mark.parametrize(
    ("with_", "days"),
    [
        ([10, 10, 10, 10], 0),
        ([15, 12, 10.4, 10], 14),  # 4 % longer is within 5 %
        ([15, 10, 12, 10, 10], 21),  # one good week is not enough
        ([15, 12, 11, 10], inf),  # one week before the end proves nothing
        ([inf, 10, 10], 7),  # lots of the first week never landed
        ([15, nan, 10, nan, 10], 14),  # weeks without lots are passed over
        ([nan, nan], inf),
    ],
)
def test_days_to_recovery(with_, days):
    assert recovery_days(np.full(len(with_), 10.0), np.array(with_, float)) == days


#: Hours so far of a lot that has not landed.
SO_FAR = 1_400.0


def run(hours, changes=()):
    """One lot a day from 1 January 2024; ``hours``: [replication][day], NaN for a lot that has not landed."""
    lots = [
        {
            "replication": r,
            "flow": "F1",
            "set_out": pd.Timestamp("2024-01-01", tz="UTC") + pd.Timedelta(days=d),
            "reported": True,
            "transit_h": h,
            **dict.fromkeys(CAUSE_COLUMNS, 0.0),
            "moving_h": SO_FAR,
        }
        for r, row in enumerate(hours)
        for d, h in enumerate(row)
    ]
    used = [{"id": "DIS-1", "kind": "disruption"}, {"id": "CAP-1", "kind": "capacity"}]
    manifest = {
        "resolved": {"period": {"start": "2024-01-01", "end": "2024-02-29"}},
        "changes": list(changes),
        "interventions": used,
    }
    return SimpleNamespace(shipments=pd.DataFrame(lots), manifest=manifest)


def change(label, until):
    return {
        "key": "facilities.x.capacity",
        "action": "scale",
        "value": 0,
        "label": label,
        "since": "2024-01-01",
        "until": until,
    }


def test_recovery_is_measured_from_the_end_of_the_disruption():
    calm = run([[100.0] * 60] * 2)
    # from 15 January on 30 % longer, in the second replication for one week more
    shut = run(
        [[200.0] * 14 + [130.0] * w + [101.0] * (46 - w) for w in (7, 14)],
        [change("DIS-1", "2024-01-15"), change("CAP-1", "2024-02-10")],
    )
    found = recovery(calm, shut, ["F1"], [0, 1])
    assert found.end == "2024-01-15"  # works that end are no disruption
    assert found.days.mean == pytest.approx(10.5)
    assert found.worst_excess.mean == pytest.approx(0.3)
    assert found.recovered == 2


def test_what_has_not_recovered_by_the_end_is_not_averaged():
    calm, shut = run([[100.0] * 60] * 2), run([[101.0] * 60, [140.0] * 60])
    found = recovery(calm, shut, ["F1"], [0, 1], end=date(2024, 1, 15))
    assert (found.days.mean, found.recovered, found.replications) == (None, 1, 2)


def test_without_a_disruption_there_is_nothing_to_recover_from():
    calm = run([[100.0] * 60])
    assert recovery(calm, calm, ["F1"], [0]) is None
    shared = run([[100.0] * 60], [change("DIS-1", "2024-01-15")])
    assert disruptions_end(shared.manifest, shared.manifest) == []
    late = recovery(calm, run([[1.0] * 60], [change("DIS-1", "2024-05-01")]), ["F1"], [0])
    assert late == UnseenRecovery("2024-05-01", "the disruption ends on 2024-05-01, after the period")


@pytest.mark.parametrize(
    ("end", "told"),
    [
        (
            date(2030, 1, 1),
            "the disruption ends on 2030-01-01, after the period; the period is 2024-01-01 to 2024-02-29",
        ),
        (date(2023, 12, 31), "the disruption ends on 2023-12-31, before the period"),
        (date(2024, 2, 29), "no whole week of the period left after 2024-02-29; a recovery takes 2 to show"),
        (date(2024, 2, 20), "one whole week of the period left after 2024-02-20"),
    ],
)
def test_a_day_that_leaves_nothing_to_be_seen_is_refused(end, told):
    calm = run([[100.0] * 60])
    with pytest.raises(InputError, match=f"--disruption-end: {told}"):
        recovery(calm, calm, ["F1"], [0], end=end)
    own = run([[100.0] * 60], [change("DIS-1", end.isoformat())])
    assert recovery(calm, own, ["F1"], [0]).note.startswith(told.split(";")[0])
    assert recovery(calm, own, ["F1"], [0], end=date(2024, 2, 16)).days.mean == 0


def test_one_stranded_shipment_counts_its_time_so_far():
    calm = run([[100.0] * 60])
    stranded = run([[100.0] * 20 + [float("nan")] + [100.0] * 39])
    found = recovery(calm, stranded, ["F1"], [0], end=date(2024, 1, 15))
    assert found.worst_excess.mean == pytest.approx((SO_FAR / 100 - 1) / 7)
    assert found.days.mean == 7
