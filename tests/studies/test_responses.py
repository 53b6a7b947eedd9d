"""Responses to events: a jam that forms and clears, one that stays, and none, each made by hand."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from sim.errors import InputError
from sim.studies.validate.page import page
from sim.studies.validate.responses import Event, read_events, response
from sim.studies.validate.result import validation

EVENT = Event.model_validate(
    {
        "title": "Half the trains",
        "scenario": "x",
        "places": ["gate", "other"],
        "from": date(2025, 9, 1),
        "to": date(2025, 11, 1),
        "published": "a jam",
        "source": "made up",
    }
)


def _days(*queues: dict[str, float]) -> pd.DataFrame:
    """Trains waiting at the gate by month, one of each half at ``other`` besides; a replication each."""
    days = pd.date_range("2025-06-01", "2025-12-31", tz="UTC")
    return pd.DataFrame(
        [
            (k, day, place, queue.get(day.strftime("%b"), 0.0) / 2)
            for k, queue in enumerate(queues)
            for day in days
            for place in ("gate", "other")
        ]
        + [(0, day, "elsewhere", 99.0) for day in days],
        columns=["replication", "day", "facility", "queue_mean"],
    )


def test_a_jam_forms_and_clears():
    clears, stays, none = (
        {"Aug": 2, "Sep": 9, "Oct": 30, "Nov": 1},
        {"Oct": 20, "Nov": 20, "Dec": 20},
        {"Aug": 2, "Oct": 5},
    )
    found = response("x", EVENT, _days(clears, stays, none), 3)
    assert (found.formed, found.cleared) == (2, 1)
    assert found.before_trains == pytest.approx(4 / 3)
    assert found.most_trains == pytest.approx(55 / 3)
    assert found.verdict == "missed", "it clears in half of them only"
    assert response("x", EVENT, _days(clears), 1).verdict == "hit"
    assert response("x", EVENT, _days(none), 1).verdict == "missed"
    told = page(validation([], ["x"], 3, 1, [found])).text()
    assert "2 of 3" in told
    assert "1 of 2" in told


def test_events_of_the_corridor_are_read_and_faults_are_told_by_line(tmp_path):
    assert "altynkol_cut" in read_events()
    path = tmp_path / "responses.yaml"
    path.write_text(
        "schema_version: 1\nresponses:\n  a:\n    title: t\n    scenario: s\n    places: [p]\n"
        "    from: 2025-02-01\n    to: 2025-01-01\n    published: p\n"
    )
    with pytest.raises(InputError) as error:
        read_events(path)
    assert "responses.yaml:3: responses.a" in str(error.value)
