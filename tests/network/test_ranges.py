"""Where the range of a parameter comes from, and what a wrong ``ranges.yaml`` is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.errors import InputError
from sim.network.geofolder import RawGeodata, RawRow, read_geodata
from sim.network.ranges import read_ranges
from sim.network.uncertain import Uncertain, uncertain
from sim.scenario.load import load_scenario

KNOWN = {"source": "A001", "grade": "assumption"}
ENTRY = "ranges:\n  {name}:\n    keys: [{keys}]\n    times: {times}\n    source: made up\n    grade: assumption\n"


def geodata(table: str, rows: dict[str, dict], folder: Path | None = None, ranges: str = "") -> RawGeodata:
    found = RawGeodata(Path())
    found.tables[table] = {id_: RawRow({**KNOWN, **row}, "f.yaml", {(): 1}) for id_, row in rows.items()}
    if folder is not None:
        (folder / "ranges.yaml").write_text(ranges)
        found.ranges, problems = read_ranges(folder / "ranges.yaml")
        assert not problems, problems
    return found


def by_key(data: RawGeodata) -> dict[str, Uncertain]:
    found, problems = uncertain(data)
    assert not problems, problems
    return {one.key: one for one in found}


def said(low: object, high: object, source: str = "A001") -> dict[str, object]:
    return {"source": source, "grade": "assumption", "low": low, "high": high}


@pytest.mark.parametrize(
    ("value", "low", "high", "action", "span"),
    [
        (4, 2, 8, "scale", (0.5, 2)),
        ("12 h", "6 h", "2 d", "scale", (0.5, 4)),
        ({"dist": "lognormal", "mean": "12 h", "cv": 1}, "4 h", "2 d", "scale", (3**-0.5, 2)),
        ({"dist": "triangular", "low": "1 h", "mode": "2 h", "high": "3 h"}, "1 h", "4 h", "scale", (0.5**0.5, 2**0.5)),
        ([{"value": 0}, {"from": "2024-01-01", "value": 5}], 4, 10, "scale", (0.8, 2)),
        ([{"value": -29.4}, {"from": "2024-01-01", "value": -29.6}], -29.7, -29.5, "add", (-0.1, 0.1)),
    ],
)
def test_a_rows_range_becomes_factors_of_its_value(value, low, high, action, span):
    one = by_key(geodata("facilities", {"a": {"x": value, "evidence": {"x": said(low, high)}}}))["facilities.a.x"]
    assert (one.action, one.low, one.high) == (action, pytest.approx(span[0]), pytest.approx(span[1]))


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [
        (
            {"dist": "triangular", "low": "1 h", "mode": "2 h", "high": "4 h"},
            "1 h",
            "4 h",
        ),  # drawn for each lot already
        ({"rule": "full", "fill": 0.9}, 0.8, 1),  # of a part of the value
        (9, 2, 8),
        (0, 0, 5),
        (4, 4, 4),
        ([0.1, 0.2], 0.05, 0.3),
    ],
)
def test_a_range_that_says_nothing_of_the_whole_value_is_left(value, low, high):
    assert not by_key(geodata("facilities", {"a": {"x": value, "evidence": {"x": said(low, high)}}}))


def test_one_fact_is_one_draw_and_a_web_page_is_not():
    rows = {
        "a": {"x": 4, "y": 4, "evidence": {"x": said(2, 8), "y": said(2, 8)}},
        "b": {"x": 6, "evidence": {"x": said(3, 9)}},
        "c": {"x": 6, "evidence": {"x": said(3, 9, "https://example.org/A001")}},
    }
    found = by_key(geodata("facilities", rows))
    assert found["facilities.a.x"].stream == found["facilities.b.x"].stream
    assert len({one.stream for one in found.values()}) == 3


def test_an_entry_comes_before_the_rows_and_these_before_the_grade(tmp_path):
    told = {"capacity": 4, "evidence": {"capacity": said(2, 8)}}
    rows = {"a": told, "b": told, "c": {"capacity": 4}}
    text = ENTRY.format(name="mine", keys="facilities.a.capacity", times="[0.9, 1.1]")
    found = by_key(
        geodata(
            "facilities", rows, tmp_path, text + "by_grade: {assumption: [0.7, 1.3]}\nfields: [facilities.capacity]\n"
        )
    )
    assert {key: one.high for key, one in found.items()} == {
        "facilities.a.capacity": 1.1,
        "facilities.b.capacity": 2.0,
        "facilities.c.capacity": 1.3,
    }


def test_patterns_reach_into_rows_and_lists(tmp_path):
    rows = {"storms": {"shares": [0.1, 0.2], "local": {"w": {"ports": ["a"], "share": 0.5}}}, "fog": {"shares": [0.3]}}
    text = ENTRY.format(name="mine", keys='"weather.s*.shares", "weather.*.local.*.share"', times="[0.9, 1.1]")
    assert set(by_key(geodata("weather", rows, tmp_path, text))) == {
        "weather.storms.shares.0",
        "weather.storms.shares.1",
        "weather.storms.local.w.share",
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            ENTRY.format(name="mine", keys="facilties.a.x", times="[0.9, 1.1]"),
            "3: .*fits no number.*nearest: 'facilities'",
        ),
        (ENTRY.format(name="mine", keys="facilities.a.y", times="[0.9, 1.1]"), "3: .*'facilities.a.y' fits no number"),
        (ENTRY.format(name="mine", keys="facilities.a.x, facilities.*.x", times="[0.9, 1.1]"), "has a range already"),
    ],
)
def test_keys_that_fit_nothing_or_twice_are_faults(tmp_path, text, message):
    problems = uncertain(geodata("facilities", {"a": {"x": 4}}, tmp_path, text))[1]
    assert len(problems) == 1
    with pytest.raises(InputError, match=message):
        raise InputError(problems)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ENTRY.format(name="mine", keys="a.b.c", times="[1.1, 1.3]"), "must lie between two factors"),
        (
            ENTRY.format(name="mine", keys="a.b.c", times="[0.9, 1.1]") + "    tims: 3\n",
            "unknown field 'tims'.*nearest: 'times'",
        ),
        ("by_grade: {guess: [0.9, 1.1]}\n", "guess"),
        ("by_grade: {assumption: [1.2, 1.3]}\n", "must lie between the two factors"),
    ],
)
def test_a_wrong_file_is_told_with_its_line(tmp_path, text, message):
    (tmp_path / "ranges.yaml").write_text(text)
    problems = read_ranges(tmp_path / "ranges.yaml")[1]
    assert len(problems) == 1
    assert problems[0].line is not None
    with pytest.raises(InputError, match=message):
        raise InputError(problems)


def test_the_corridors_ranges_hold_together():
    """Every number that is only assumed and rules results moves: demand, papers, cranes, storms, ships, pools."""
    data, problems = read_geodata(load_scenario("baseline_2024").geodata_dir)
    assert not problems
    found = by_key(data)
    assert len(found) > 800
    for key in (
        "flows.F04.quantity_per_year",
        "fleets.kuryk_rail_ferry.outages.down",
        "links.dostyk_aktogay.speed_kmh",
        "weather.caspian_storms.closed_share_by_month.11",
        "facilities.platforms_kz_altynkol.capacity",
        "processes.dostyk_documents.duration",
        "water.caspian.level_m",
    ):
        assert key in found
    published = [one.key for one in found.values() if one.grade in ("measured", "published")]
    assert len(published) < 10, "what is published is drawn only where the source gives a range"


def test_a_rule_by_grade_that_speaks_of_no_field_is_refused(tmp_path):
    from sim.network.ranges import read_ranges

    path = tmp_path / "ranges.yaml"
    path.write_text("by_grade: {estimate: [0.8, 1.2]}\nfields: [flows.tonnes_per_unit, flows.tonnes_per_unitt]\n")
    _, problems = read_ranges(path)
    assert [p.message for p in problems] == [
        "fields: 'flows.tonnes_per_unitt' is no table.field; nearest: 'flows.tonnes_per_unit'"
    ]
    assert problems[0].line == 2
