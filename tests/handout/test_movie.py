"""The moving map shows what the table of operations says, loses nobody, and stays below its limit."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from math import ceil

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.analysis.ledger import ledger
from sim.analysis.motion import all_legs
from sim.analysis.operations import operations
from sim.contract.plan import Cause
from sim.errors import InputError
from sim.handout import movie_codec
from sim.handout.movie import Scene, as_text, movie
from sim.handout.movie_section import moving_map
from sim.handout.retrace import scene_of_run
from tests.analysis.simulated import simulated
from tests.handout.packed import legs, levels, numbers, signed

whole = st.integers(0, 2**53)


@pytest.fixture(scope="module")
def scene() -> Scene:
    run = simulated("tutorial")
    book = ledger(run.plan, run.draws, run.trace.by_columns(), run.info.flows, run.info.origin)
    return Scene("<b>Tutorial</b></script>", "replication 1", run.world.canonical(), book)


@pytest.fixture(scope="module")
def table(scene: Scene) -> pd.DataFrame:
    return operations(scene.book)


@pytest.fixture(scope="module")
def shown(scene: Scene) -> dict:
    return json.loads(as_text(movie([scene])))


@given(st.lists(whole))
def test_columns_come_back(values: list[int]) -> None:
    assert numbers(movie_codec.column(values)) == values
    ascending = sorted(values)
    assert list(np.cumsum(numbers(movie_codec.rising(ascending)))) == ascending


@given(st.integers(1, 6), st.lists(st.integers(-3, 3) | st.integers(-(2**40), 2**40), max_size=40))
def test_series_come_back(samples: int, values: list[int]) -> None:
    series = np.array(values[: len(values) // samples * samples], np.int64).reshape(-1, samples)
    assert levels(movie_codec.levels(series), samples) == series.tolist()


def test_what_cannot_be_written_is_refused() -> None:
    assert movie_codec.column([]) == ""
    assert [signed(value) for value in range(5)] == [0, -1, 1, -2, 2]
    with pytest.raises(ValueError, match="-1 is negative"):
        movie_codec.column([3, -1])


def test_carriers_are_where_the_table_of_operations_has_them(scene: Scene, table: pd.DataFrame, shown: dict) -> None:
    """Every section and every voyage, to the minute: where it begins and ends, and how far it is at some times."""
    begin = pd.Timestamp(shown["begins_min"] * 60, unit="s", tz="UTC")
    end = begin + pd.Timedelta(minutes=shown["lasts_min"])
    stopped = table.loc[table["row"] == "stopped", "start_utc"].iloc[0]
    world = scene.world
    rows = table[(table["row"] == "operation") & (table["need"] == 0) & table["start_utc"].notna()]
    places = [place["name"] for place in shown["places"]]
    titles = {name: row["name"] for name, row in world["nodes"].items()}
    wanted = []
    for row in rows[rows["operation"].str.startswith("section/") | (rows["kind"] == "sail")].itertuples():
        until = stopped if pd.isna(row.end_utc) else row.end_utc
        if row.start_utc < end and until > begin:
            link = "crossing" if row.kind == "sail" else row.operation.split("/")[1]
            begins = row.node if row.kind == "sail" else row.operation.split("/")[2]
            minutes = [ceil((time - begin) / pd.Timedelta(minutes=1)) for time in (row.start_utc, until)]
            wanted.append((*minutes, link, "east_port" if begins == "west_port" and link == "crossing" else begins))
    links = list(dict.fromkeys(world["links"]))
    found = []
    for leave, arrive, way, _ in legs(shown["scenes"][0]["legs"]):
        link = world["links"][links[way >> 1]]
        found.append((leave, arrive, links[way >> 1], link["to_node" if way & 1 else "from_node"]))
        ends = shown["lines"][way >> 1]["points"]
        assert ends[0] == [round(world["nodes"][link["from_node"]][at], 3) for at in ("lon", "lat")]
    sailings = [(a, b, link) for a, b, link, _ in wanted if link == "crossing"]
    assert sorted(entry for entry in found if entry[2] != "crossing") == sorted(
        entry for entry in wanted if entry[2] != "crossing"
    )
    assert sorted(entry[:3] for entry in found if entry[2] == "crossing") == sorted(sailings)
    assert len(found) > 250
    assert places == [titles[name] for name in world["nodes"]]


def test_ships_sail_from_the_port_that_they_left(scene: Scene) -> None:
    moved, plan = all_legs(scene.book), scene.book.plan
    at_sea = moved.pick(moved.carrier < len(plan.vessels.name))
    for vessel in np.unique(at_sea.carrier).tolist():
        own = at_sea.pick(at_sea.carrier == vessel)
        assert (own.to_node[:-1] == own.from_node[1:]).all()
        assert (own.arrive_s[:-1] <= own.depart_s[1:]).all()


def test_nobody_is_lost(table: pd.DataFrame, shown: dict) -> None:
    """At each instant those underway and those at places are those that the table has between departure and arrival."""
    (packed,) = shown["scenes"]
    (underway,) = levels(packed["underway"], shown["samples"])
    standing = levels(packed["standing"], shown["samples"])
    assert len(standing) == len(packed["series"])
    carried = legs(packed["legs"])
    last = table["start_utc"].max() + pd.Timedelta(days=1)
    own = table[(table["ordinal"] >= 0) & (table["vessel"].isna() | (table["row"] == "aboard"))]
    from_s, to_s = (own[name].fillna(last) for name in ("request_utc", "end_utc"))
    for k in range(0, shown["samples"], 7):
        minute = k * shown["step_min"]
        at = pd.Timestamp((shown["begins_min"] + minute) * 60, unit="s", tz="UTC")
        there = own[(from_s <= at) & (at < to_s)]
        alive = len(there[["flow", "ordinal"]].drop_duplicates())
        assert underway[k] + sum(series[k] for series in standing) == alive
        assert underway[k] == sum(lots for leave, arrive, _, lots in carried if leave <= minute < arrive)
    assert max(underway) > 3


def test_waiting_is_told_by_place_and_cause(scene: Scene, shown: dict) -> None:
    """The shipment-hours of the series are those of the stretches of time, but for what lies between two counts."""
    (packed,) = shown["scenes"]
    hours = np.array(levels(packed["standing"], shown["samples"])).sum(axis=1) * shown["step_min"] / 60
    seg, plan = scene.book.segments, scene.book.plan
    lasts = np.clip(seg.to_s, scene.book.start_s, scene.book.end_s) - np.clip(
        seg.from_s, scene.book.start_s, scene.book.end_s
    )
    names = list(scene.world["nodes"])
    for (place, cause), found in zip(packed["series"], hours, strict=True):
        if Cause(cause) not in (Cause.MOVING, Cause.HANDLING) and found > 200:
            here = (seg.node == plan.node_name.index(names[place])) & (seg.cause == cause)
            assert found == pytest.approx(lasts[here].sum() / 3600, rel=0.1)


def test_closings_are_those_of_the_table(table: pd.DataFrame, shown: dict) -> None:
    (packed,) = shown["scenes"]
    begin = pd.Timestamp(shown["begins_min"] * 60, unit="s", tz="UTC")
    rows = table[(table["row"] == "closed") & (table["end_utc"] > begin)]
    rows = rows[rows["start_utc"] < begin + pd.Timedelta(minutes=shown["lasts_min"])]
    assert len(packed["shut"]) == len(rows) > 5
    minutes = sorted(max(ceil((time - begin) / pd.Timedelta(minutes=1)), 0) for time in rows["start_utc"])
    assert sorted(entry[2] for entry in packed["shut"]) == minutes


def test_what_does_not_fit_is_thinned_and_said(scene: Scene, shown: dict) -> None:
    size = len(as_text(movie([scene, scene])))
    for most in (size, size - 1, size - 2500):
        found = movie([scene, scene], most_bytes=most)
        assert len(as_text(found).encode()) <= most
        one_in = found["scenes"][0]["one_in"]
        assert (one_in == 1) == (most == size)
        (packed, again) = found["scenes"]
        assert packed["legs"] == again["legs"]
        assert packed["standing"] == shown["scenes"][0]["standing"], "queues are whole"
        all_of, kept = (legs(one["legs"]) for one in (shown["scenes"][0], packed))
        modes = [line["mode"] for line in shown["lines"]]
        at_sea = [leg for leg in all_of if modes[leg[2] >> 1].startswith("sea")]
        assert [leg for leg in kept if modes[leg[2] >> 1].startswith("sea")] == at_sea, "ships are whole"
        assert set(kept) <= set(all_of)
        assert one_in == 1 or len(kept) < len(all_of)
    with pytest.raises(InputError, match="does not fit"):
        movie([scene], most_bytes=4000)


def test_days_and_clocks(scene: Scene) -> None:
    found = movie([scene], days=(date(2024, 2, 1), date(2024, 2, 8)))
    assert (found["begins_min"], found["lasts_min"]) == (19754 * 1440, 7 * 1440)
    assert found["step_min"] == 10
    later = replace(scene, book=replace(scene.book, origin=date(2031, 1, 1)))
    with pytest.raises(InputError, match="no day in common"):
        movie([scene, later])


def test_words_do_not_end_the_element(scene: Scene) -> None:
    text = as_text(movie([scene]))
    assert "<" not in text
    assert json.loads(text)["scenes"][0]["title"] == scene.title


def test_a_stored_run_is_simulated_again(run) -> None:
    scene = scene_of_run(run, 1)
    assert scene.told == f"Run {run.run_id}, replication 2 of 2, seed 7"
    rows = run.shipments[run.shipments["replication"] == 1]
    lots = scene.book.lots
    assert set(lots.loc[lots["reported"], "ordinal"]) >= set(rows["ordinal"][rows["reported"]])
    assert moving_map([run]).missing == ""


def test_another_trace_is_no_picture_of_the_run(run, monkeypatch) -> None:
    other = replace_manifest(run, trace_digest=["0" * 64] * 2)
    told = moving_map([other])
    assert told.text == told.script == told.style == ""
    assert "have changed since this run was made" in told.missing
    assert "corridor run tutorial --replications 2 --seed 7 --force" in told.missing
    answering = replace_manifest(run, demand={"gaps": []}, code_digest="0" * 64)
    assert "have changed since this run was made" in moving_map([answering]).missing
    older = replace_manifest(run)
    del older.manifest["chain"]
    assert "older version" in moving_map([older]).missing


def replace_manifest(run, **other):
    from sim.results.store import Run

    return Run(run.path, {**run.manifest, **other})
