"""Records become JSON by one rule, and are read back from it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pytest

from sim.record import INLINE, OPTIONAL, Record, named
from sim.report.estimate import Estimate, columns, with_margin
from sim.results.files import plain_json
from sim.statistics.intervals import interval


@dataclass(frozen=True, slots=True)
class Row(Record):
    name: str
    effect: Estimate
    share: float | None
    note: str = field(default="", metadata=OPTIONAL)
    days: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Found(Record):
    rows: tuple[Row, ...]
    random: float = field(metadata=named("luck"))
    by_scope: Mapping[str, Estimate] = field(metadata=INLINE)
    last: int = 0


def test_json_has_the_fields_in_their_order_and_nothing_that_it_cannot_hold() -> None:
    row = Row("ship", Estimate(1.5, None, 1), float("nan"), days=(date(2024, 1, 2),))
    found = Found((row,), np.float64("inf"), {"corridor": Estimate(None, None, 0, "no value")}, np.int64(3))
    plain = found.as_json()
    assert list(plain) == ["rows", "luck", "corridor", "last"]
    assert plain == {
        "rows": [
            {
                "name": "ship",
                "effect": {"mean": 1.5, "half_width": None, "n": 1},
                "share": None,
                "days": ["2024-01-02"],
            }
        ],
        "luck": None,
        "corridor": {"mean": None, "half_width": None, "n": 0, "note": "no value"},
        "last": 3,
    }
    assert json.loads(plain_json(found)) == plain


def test_what_was_written_is_read_back() -> None:
    row = Row("ship", Estimate.of(interval([1.0, 2.0, 4.0])), None, "a note")
    assert Row.from_json(json.loads(plain_json(row))) == row
    known_later = row.as_json() | {"added": 1}
    assert Row.from_json(known_later) == row


@pytest.mark.parametrize("changed", [{"name": None}, {"effect": {"mean": 1.0}}, {"effect": "1.0"}])
def test_what_does_not_fit_is_refused(changed: dict[str, object]) -> None:
    facts = Row("ship", Estimate(1.0, 0.5, 2), 0.1).as_json() | changed
    with pytest.raises(ValueError, match=next(iter(changed))):
        Row.from_json(facts)


def test_an_estimate_is_two_columns_of_a_table() -> None:
    row = Row("ship", Estimate(1.0, 0.5, 2, "few"), 0.1)
    assert list(columns(row)) == ["name", "effect_mean", "effect_half_width", "share", "days"]


def test_an_estimate_says_what_its_interval_says() -> None:
    assert with_margin(Estimate.of(interval([1.0, 2.0, 3.0]))) == "2 +- 2.5"
    assert with_margin(Estimate.of(interval([2.0]))) == "2"
    assert with_margin(Estimate.of(interval([]))) == "-"
    endless = Estimate.of(interval([1.0, float("inf")]))
    assert (endless.mean, endless.half_width, with_margin(endless)) == (None, None, "not reached")
    assert Estimate.of(interval([5.0] * 6)).excludes_zero
    assert not Estimate.of(interval([5.0] * 5)).excludes_zero
