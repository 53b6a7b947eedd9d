"""Calibration by ruling out: each part on something of which the answer is known, and the whole on a corridor in small."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from sim.contract.trace import digest
from sim.engine.compiled.simulation import simulate
from sim.errors import InputError
from sim.model.build import build
from sim.network.accepted import accepted_path, read_accepted
from sim.network.geofolder import read_geodata
from sim.network.moved import movable, moved
from sim.network.uncertain import uncertain
from sim.runs.accepted_inputs import Accepted, refuse_unfit_sets
from sim.runs.replicate import run_scenario
from sim.runs.sampled_inputs import Worlds
from sim.scenario.load import load_scenario
from sim.studies.calibrate.emulators import emulator
from sim.studies.calibrate.file import Answer, read_calibration
from sim.studies.calibrate.headlines import headline, headlines, read_headlines
from sim.studies.calibrate.identified import directions, pairs_around, slopes
from sim.studies.calibrate.implausibility import Against, Space, luck_of, ranked
from sim.studies.calibrate.page import page
from sim.studies.calibrate.record import read_record, stored_record
from sim.studies.calibrate.run import calibrate, prepare_calibration
from sim.studies.calibrate.screening import effects, problem, trajectories
from sim.studies.calibrate.twin import twins
from sim.studies.calibrate.waves import History, first_points, lucks, means_of, next_points, run_wave
from tests.oracle.world import write

# -- parts


def test_implausibility_is_the_distance_in_standard_deviations():
    """By hand: figure 10, variances 1, 2, 3 and 3 make a standard deviation of 3; 16 is two of them off."""
    against = Against(("a", "b"), np.array([10.0, 0.0]), np.array([1.0, 1.0]), np.array([3.0, 3.0]))
    found = against.implausibility(np.array([[16.0, np.nan]]), np.array([2.0, 0.0]), 3.0)
    assert found[0].tolist() == [2.0, 0.0]
    assert ranked(np.array([[1.0, 5.0, 4.0]]), 2).tolist() == [4.0]
    assert ranked(np.array([[1.0]]), 2).tolist() == [1.0], "of one target the only one counts"


def test_luck_is_the_variance_within_points():
    """Points differ, luck does not: two replications 2 apart have a variance of 2, wherever they lie."""
    values = np.array([[[1.0], [3.0]], [[101.0], [103.0]], [[np.nan], [7.0]]])
    assert luck_of(values).tolist() == [2.0]
    assert means_of(values)[:, 0].tolist() == [2.0, 102.0, 7.0]


def test_elementary_effects_of_a_plane_are_its_slopes():
    ranges = {"x": (0.5, 2.0), "y": (0.5, 2.0), "z": (0.5, 2.0)}
    of = problem(list(ranges), ranges)
    points = trajectories(of, 4, 4, seed=3)
    assert np.array_equal(points, trajectories(of, 4, 4, seed=3))
    size, mean = effects(of, points, 5 * points[:, 0] - 2 * points[:, 1], 4)
    width = np.log(4.0)
    assert size == pytest.approx([5 * width, 2 * width, 0], abs=1e-9)
    assert mean == pytest.approx([5 * width, -2 * width, 0], abs=1e-9)


def test_an_emulator_gives_a_known_function_between_its_points():
    rng = np.random.default_rng(1)

    def truth(x: np.ndarray) -> np.ndarray:
        return 3 * x[:, 0] + np.sin(4 * x[:, 1])

    points = first_points(40, np.array([0.5, 0.5]), 7)
    values = truth(points) + rng.normal(0, 0.05, len(points))
    values[3] = np.nan
    own = emulator(points, values, 7)
    others = rng.random((200, 2))
    mean, variance = own.predict(others)
    assert np.abs(mean - truth(others)).max() < 0.25
    assert (np.abs(mean - truth(others)) < 4 * np.sqrt(variance) + 0.02).mean() > 0.95
    again = emulator(points, values, 7).predict(others)
    assert np.array_equal(mean, again[0])


def _history(truth: np.ndarray, waves: int = 2) -> History:
    """Waves on a known function with luck, whose published figures are those of ``truth``."""

    def outcome(cube: np.ndarray) -> np.ndarray:
        return np.column_stack([10 * cube[:, 0], 10 * cube[:, 1] + cube[:, 0] ** 2, 10 * cube.sum(axis=1)])

    def run(cube: np.ndarray, own) -> np.ndarray:
        noise = [[np.random.default_rng(luck).normal(0, 0.2, 3) for luck in some] for some in own]
        return outcome(cube)[:, None, :] + np.array(noise)

    figure = outcome(truth[None, :])[0]
    history = History(Against(("a", "b", "c"), figure, np.full(3, 0.1), np.full(3, 0.1)), 3.0, 2)
    for number in range(1, waves + 1):
        chosen = (
            (first_points(20, np.full(2, 0.5), 5), 1.0, False) if number == 1 else next_points(history, 20, 5 + number)
        )
        history = run_wave(history, number, chosen, 2, run, 5)
    return history


def test_waves_close_in_on_what_is_true():
    truth = np.array([0.3, 0.7])
    history = _history(truth)
    left = [wave.left for wave in history.waves]
    assert left[0] == 1.0
    assert left[1] < 0.5
    assert history.implausible(truth[None, :])[0] < 3
    assert history.implausible(np.array([[0.9, 0.1]]))[0] > 3
    last = history.waves[-1].cube
    assert np.abs(last - truth).max() < 0.5, "points of the last wave lie around the truth"
    again = next_points(_history(truth, waves=1), 20, 7)[0]
    assert np.array_equal(history.waves[1].cube, again)


def test_a_hidden_set_is_found():
    history = _history(np.array([0.3, 0.7]), waves=1)
    wave = history.waves[0]
    found = twins(wave.cube, wave.values, history.against, [0, 10], 3.0, 2, seed=5)
    assert all(one.kept for one in found)
    assert all(one.left < 0.5 for one in found)
    assert np.abs([one.off for one in found]).max() < 0.3


def test_luck_goes_round_so_that_no_year_is_every_points():
    own = lucks(20, 2)
    assert own[0] == (0, 1)
    assert own[8] == (0, 1)
    assert {k for some in own for k in some} == set(range(16))


def test_directions_of_a_known_jacobian():
    """Two targets see x and y - z; nothing sees y + z."""
    point = np.array([0.5, 0.5, 0.05])
    cube = pairs_around(point)
    assert cube.min() == 0.0, "the space ends there"
    means = np.column_stack([8 * cube[:, 0], 2 * (cube[:, 1] - cube[:, 2])])
    jacobian = slopes(cube, means, np.array([2.0, 1.0]))
    assert jacobian == pytest.approx(np.array([[4, 0, 0], [0, 2, -2]]))
    found = directions(jacobian)
    assert [one.strength for one in found] == pytest.approx([4.0, 8**0.5, 0.0], abs=1e-9)
    assert [one.is_seen for one in found] == [True, True, False]
    assert found[0].words(("x", "y", "z")) == "x"
    assert found[1].words(("x", "y", "z")) in ("y up with z down", "z up with y down")
    assert sorted(found[2].words(("x", "y", "z")).split(" and ")) == ["y", "z"]


def test_a_headline_counts_the_sets_that_hold():
    answer = Answer(asks="?", base="a", scenario="b", kpi="transit_p50 of cargo TEU")
    base = np.array([[10.0, 11.0], [10.0, 11.0], [10.0, np.nan]])
    other = base + np.array([[-2.0, -1.0], [-3.0, -2.0], [0.5, 7.0]])
    found = headline("x", answer, base, other)
    assert (found.sets, found.holds) == (3, 2)
    assert found.mean == pytest.approx((-1.5 - 2.5 + 0.5) / 3)
    assert found.of_sets == (-2.5, 0.5)
    assert found.luck[0] < found.mean < found.luck[1]


def test_a_sign_that_random_variation_turns_is_open_and_one_that_inputs_turn_flips():
    answer = Answer(asks="?", base="a", scenario="b", kpi="transit_p50 of cargo TEU")
    rng, base = np.random.default_rng(2), np.full((50, 2), 10.0)
    noisy = headline("x", answer, base, base + 0.3 + rng.normal(0, 1, base.shape))
    assert noisy.holds < 50
    assert noisy.verdict == "open"
    assert noisy.others_by_chance == pytest.approx(50 * norm.cdf(-0.3 * 2**0.5), abs=6)
    by_inputs = headline("x", answer, base, base + np.linspace(-1, 2, 50)[:, None] + rng.normal(0, 0.1, base.shape))
    assert by_inputs.verdict == "flips"
    assert by_inputs.inputs_share > 0.9
    assert headline("x", answer, base, base + 5 + rng.normal(0, 1, base.shape)).verdict == "holds"


# -- the whole, on a corridor in small


@pytest.fixture(scope="module", autouse=True)
def _few():
    """Fewer points for the space, and fewer hidden sets: what is tested does not hang on them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.studies.calibrate.waves.SPACE_LOG2", 10)
        patch.setattr("sim.studies.calibrate.run.HIDDEN", 3)
        yield


TRUTH = {"papers": 1.3, "yard": 0.7}


def _corridor(folder: Path) -> Path:
    """Ten hours of papers at ``a`` and a day in the yard at ``c``, of which neither is known well."""
    tables = {
        "nodes": {"a": {}, "c": {}, "b": {}},
        "links": {"ac": {"from": "a", "to": "c", "length_km": 10}, "cb": {"from": "c", "to": "b", "length_km": 10}},
        "processes": {
            "papers": {"node": "a", "order": 0, "duration": {"dist": "lognormal", "mean": "10 h", "cv": 0.5}},
            "yard": {"node": "c", "order": 0, "duration": {"dist": "lognormal", "mean": "24 h", "cv": 0.5}},
        },
        "flows": {"F": {"origin": "a", "destination": "b", "quantity_per_year": 1000}},
        "observed": {
            "to_c": _observed("a", "c", 10 / 24 * TRUTH["papers"]),
            "to_b": _observed("a", "b", 10 / 24 * TRUTH["papers"] + TRUTH["yard"]),
            "later": _observed("a", "b", 1.0, 2025),
            "set": {**_observed("a", "b", 1.0), "role": "input", "role_reason": "made up"},
        },
    }
    path = write(folder, tables, start="2024-01-01", end="2024-02-15", run_out="15 d")
    links = json.loads((folder / "geodata" / "links.geojson").read_text())
    for link in links["features"]:
        link["geometry"] = None  # a straight line
    (folder / "geodata" / "links.geojson").write_text(json.dumps(links))
    header = json.loads(path.read_text()) | {"base_year": 2024}
    path.write_text(json.dumps(header))
    less = header | {"set": {"processes.papers.duration": "1 h"}}
    (folder / "less.yaml").write_text(json.dumps({k: v for k, v in less.items() if k != "base_year"}))
    entry = {"source": "made up", "grade": "assumption", "times": [0.5, 2.0]}
    ranges = {name: {"keys": [f"processes.{name}.duration"], **entry} for name in ("papers", "yard")}
    (folder / "geodata" / "ranges.yaml").write_text(json.dumps({"ranges": ranges}))
    (folder / "geodata" / "calibration").mkdir()
    _plan(folder, {})
    return path


def _observed(begin: str, end: str, days: float, year: int = 2024) -> dict[str, object]:
    return {
        "quantity": "transit_time",
        "unit": "d",
        "year": year,
        "from_node": begin,
        "to_node": end,
        "value": round(days, 4),
        "role": "independent" if year < 2025 else "out of sample",
    }


def _plan(folder: Path, changes: dict[str, object]) -> Path:
    """A calibration file; a value of ``changes`` takes the place of that of its key."""
    target = {"tolerance": 0.05, "discrepancy": 0.03, "source": "made up", "reason": "made up"}
    plan = {
        "schema_version": 1,
        "title": "A corridor in small",
        "scenarios": [str(folder / "scenario.yaml")],
        "seed": 3,
        "screening": {"candidates": ["papers", "yard"], "trajectories": 2, "levels": 4, "replications": 1},
        "free": {name: {"words": name, "moves": [name], "range": [0.5, 2.0]} for name in ("papers", "yard")},
        "targets": {"to_c": target, "to_b": target},
        "waves": {"number": 2, "points": 12, "replications": 2, "cutoff": 3.0, "rank": 1},
        "accepted": {"sets": 20, "points": 8, "replications": 2},
        "headlines": {
            "sets": 3,
            "replications": 2,
            "answers": {
                "papers": {
                    "asks": "What are half the papers worth?",
                    "base": str(folder / "scenario.yaml"),
                    "scenario": str(folder / "less.yaml"),
                    "kpi": "transit_mean of F",
                }
            },
        },
    }
    path = folder / "geodata" / "calibration" / "calibration.yaml"
    path.write_text(json.dumps(plan | changes, indent=1))
    return path


def _tables(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.csv"))}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A calibrated corridor; its tables stand in its geodata folder."""
    folder = tmp_path_factory.mktemp("calibrated")
    _corridor(folder)
    path = folder / "geodata" / "calibration" / "calibration.yaml"
    calibrate(path, into=path.parent, out=folder / "out")
    return folder


def test_the_truth_is_found_and_nothing_else(small):
    what = movable(uncertain(read_geodata(small / "geodata")[0])[0])
    sets = read_accepted(small / "geodata", what).sets
    assert 3 <= len(sets) <= 20
    for name, factor in TRUTH.items():
        found = [one.factors[name] for one in sets]
        assert min(found) < factor * 1.05
        assert max(found) > factor * 0.95
        assert max(found) / min(found) < 2, "a quarter of the range, on the log scale, is left at most"


def test_the_same_file_gives_the_same_tables_and_a_broken_off_calibration_goes_on(small, tmp_path):
    path = small / "geodata" / "calibration" / "calibration.yaml"
    wanted = _tables(path.parent)
    assert {"screening.csv", "wave_1.csv", "waves.csv", "accepted_sets.csv", "identified.csv", "twins.csv"} <= set(
        wanted
    )

    class Killed(Exception):
        pass

    def stop(done: int, total: int, what: str) -> None:
        if what == "points" and done > 5:
            raise Killed

    into, out = tmp_path / "tables", tmp_path / "out"
    with pytest.raises(Killed):
        calibrate(path, into=into, out=out, workers=1, progress=stop)
    points = {p.name: p.stat().st_mtime_ns for p in (out / "calibrate" / "points").glob("*.json")}
    assert points
    assert set(_tables(into)) == {"screening.csv"}, "a table is there whole or not at all"
    damaged = out / "calibrate" / "points" / min(points)
    damaged.write_text('{"to_c": 1')
    calibrate(path, into=into, out=out, workers=2)
    assert _tables(into) == wanted
    again = {p.name: p.stat().st_mtime_ns for p in (out / "calibrate" / "points").glob("*.json")}
    assert all(again[name] == when for name, when in points.items() if name != damaged.name), "nothing is run twice"


def test_the_page_says_what_is_left_and_what_the_answers_are(small, tmp_path):
    """Papers of an hour in place of ten times their factor: the difference is known, set by set."""
    path = small / "geodata" / "calibration" / "calibration.yaml"
    plan = read_calibration(path)
    found = headlines(plan, into=tmp_path, out=tmp_path / "out")
    sets = Accepted(load_scenario(str(small / "scenario.yaml"))).table.sets[:3]
    expected = np.mean([1 - 10 * one.factors["papers"] for one in sets]) / 24
    assert found[0].mean == pytest.approx(expected, rel=0.1)
    assert (found[0].holds, found[0].sets, found[0].flips) == (3, 3, False)
    (stored,) = read_headlines(plan, tmp_path)
    assert stored.mean == pytest.approx(found[0].mean, rel=1e-5)
    for table in path.parent.glob("*.csv"):
        (tmp_path / table.name).write_bytes(table.read_bytes())
    record = read_record(prepare_calibration(path), tmp_path)
    told = page(record).markdown()
    assert f"{record.accepted_sets} sets of inputs are accepted" in told
    assert "3 of 3" in told
    assert record.accepted_sets == len(Accepted(load_scenario(str(small / "scenario.yaml"))).table.sets)
    assert {one.name for one in record.screened if one.size >= 1} == {"papers", "yard"}
    assert [one.is_seen for one in record.seen] == [True, True]
    assert stored_record(path).as_json()["free"] == record.as_json()["free"]


@pytest.mark.parametrize("kpi", ["transit_mean of corridor", "transit_p90 of corridor"])
def test_the_time_of_cargo_that_one_scenario_alone_has_is_refused(tmp_path, kpi):
    """Twice the shipments of the one flow: a time over all cargo is of other cargo, that of the flow itself may be asked."""
    path = _corridor(tmp_path)
    header = json.loads(path.read_text())
    more = header | {"set": {"flows.F.quantity_per_year": 2 * 365}}
    (tmp_path / "more.yaml").write_text(json.dumps({k: v for k, v in more.items() if k != "base_year"}))
    answer = {"asks": "What do twice the shipments do?", "base": str(path), "scenario": str(tmp_path / "more.yaml")}

    def asked(of: str) -> Path:
        answers = {"more": answer | {"kpi": of}}
        return _plan(tmp_path, {"headlines": {"sets": 3, "replications": 2, "answers": answers}})

    plan = read_calibration(asked(kpi))
    with pytest.raises(InputError, match=r"more.kpi: .* differ in the demand of F, .* is of other cargo in each"):
        headlines(plan, into=tmp_path, out=tmp_path / "out")
    assert not list(tmp_path.glob("*.csv"))
    with pytest.raises(
        InputError, match="there are no accepted sets"
    ):  # the next question, so that this one was let in
        headlines(read_calibration(asked("transit_mean of F")), into=tmp_path, out=tmp_path / "out")


def test_accepted_sets_are_the_worlds_of_replications(small, tmp_path):
    """Each replication has the changes of one set beneath its own, the same in both scenarios, and its manifest says so."""
    path = small / "scenario.yaml"
    run = run_scenario(str(path), replications=4, inputs="accepted", out=tmp_path, figures=False, workers=1)
    assert run.manifest["inputs"] == "accepted"
    assert run.manifest["accepted_sets"]["sets"] == len(Accepted(load_scenario(str(path))).table.sets)
    model = build(Worlds(load_scenario(str(path)), "accepted").world(2)[0])
    whole = digest(simulate(model.plan, model.draw(2)))
    assert run.manifest["trace_digest"][2] == whole, "a replication is the world built as a whole"
    drawn = run.inputs[run.inputs["rule"] == "set"].set_index("replication")["value"]
    assert len(drawn) == 4
    own = Accepted(load_scenario(str(path)))
    factors = {one.number: one.factors for one in own.table.sets}
    scaled = run.inputs[run.inputs["name"] == "processes.papers.duration"].set_index("replication")["value"]
    assert scaled.to_dict() == {r: factors[int(n)]["papers"] for r, n in drawn.items()}
    other = load_scenario(str(path), ("processes.yard.duration=1 h",))
    assert [Worlds(other, "accepted").changes(r)[1] for r in range(4)] == [
        Worlds(load_scenario(str(path)), "accepted").changes(r)[1] for r in range(4)
    ]
    world, _ = Worlds(other, "accepted").world(0)
    assert world.processes["yard"].duration.steps[0].value.value == 3600, "what a scenario sets is certain"
    assert world.lineage["processes.papers.duration"][0].change.file.endswith("accepted_sets.csv")


def test_sets_of_another_model_are_refused_and_words_do_not_void_them(small, tmp_path):
    path = small / "scenario.yaml"
    processes = small / "geodata" / "processes.yaml"
    before = processes.read_text()
    try:
        rows = json.loads(before)
        rows["papers"]["note"] = "another word"
        processes.write_text(json.dumps(rows))
        refuse_unfit_sets(load_scenario(str(path)), tmp_path)
        rows["papers"]["duration"]["mean"] = "11 h"
        processes.write_text(json.dumps(rows))
        _forget_the_version()
        with pytest.raises(InputError, match=r"accepted_sets.csv:2: .*another version of the model"):
            refuse_unfit_sets(load_scenario(str(path)), tmp_path)
    finally:
        processes.write_text(before)
        _forget_the_version()


def _forget_the_version() -> None:
    """The version of a model is kept for the life of a process, in which files do not change."""
    from sim.runs.accepted_inputs import model_version

    model_version.cache_clear()


# -- what is refused


@pytest.mark.parametrize(
    ("part", "value", "said"),
    [
        (
            "free",
            {"x": {"words": "x", "moves": ["papers"], "range": [0.4, 2.0]}},
            "leaves the evidence of papers, 0.5 to 2",
        ),
        ("free", {"x": {"words": "x", "moves": ["paper"], "range": [0.5, 2.0]}}, "nearest: 'papers'"),
        ("targets", {"to_c": {"discrepancy": 0.1, "source": "x", "reason": "x"}}, "tolerance"),
        ("targets", {"later": {"tolerance": 0.1, "discrepancy": 0.1, "source": "x", "reason": "x"}}, "is of 2025"),
        (
            "targets",
            {"set": {"tolerance": 0.1, "discrepancy": 0.1, "source": "x", "reason": "x"}},
            "is an input of 2024",
        ),
        ("targets", {"to_d": {"tolerance": 0.1, "discrepancy": 0.1, "source": "x", "reason": "x"}}, "no observation"),
        ("left_out", {"to_c": "because"}, "is a target"),
        ("held", {"papers": "because"}, "is moved by a free parameter"),
    ],
)
def test_a_faulty_file_is_refused_by_name_and_line(tmp_path, part, value, said):
    _corridor(tmp_path)
    path = _plan(tmp_path, {part: value})
    with pytest.raises(InputError) as error:
        prepare_calibration(path)
    told = str(error.value)
    assert said in told
    assert all(line.split(":")[1].isdigit() for line in told.splitlines()), told


def test_all_faults_are_told_at_once_and_twelve_targets_are_the_most(tmp_path):
    _corridor(tmp_path)
    target = {"tolerance": 0.1, "discrepancy": 0.1, "source": "x", "reason": "x"}
    path = _plan(tmp_path, {"targets": {f"t{k}": target for k in range(13)}, "left_out": {"nothing": "x"}})
    with pytest.raises(InputError) as error:
        prepare_calibration(path)
    assert len(error.value.problems) == 15
    assert "13; allowed: at most 12" in str(error.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("set,model,implausibility,papers\n1,{model},1.0,3.0\n", ":2: papers: 3 leaves its evidence, 0.5 to 2"),
        ("set,model,implausibility,paper\n1,{model},1.0,1.0\n", ":1: 'paper' is no entry of ranges.yaml"),
        ("set,model,implausibility,papers\n1,{model},1.0,x\n", ":2: papers: 'x' is not a number"),
        ("set,model,implausibility,papers\n1,{model},1.0\n", ":2: 3 cells; a line has 4"),
        ("set,model,implausibility,papers\n1,{model},1.0,1.0\n1,{model},1.0,1.1\n", ":3: set 1 is given twice"),
        ("set,model,implausibility,papers\n1,{model},1.0,1.0\n2,other,1.0,1.1\n", ":3: model: 'other'"),
        ("set,model,implausibility,papers\n", ":1: has no sets"),
        ("set,implausibility,papers\n1,1.0,1.0\n", ":1: columns should be"),
        ("", ":1: columns should be"),
    ],
)
def test_a_malformed_table_is_refused_by_line(tmp_path, text, said):
    path = _corridor(tmp_path)
    accepted_path(tmp_path / "geodata").write_text(text.format(model="scenario 123"))
    with pytest.raises(InputError) as error:
        refuse_unfit_sets(load_scenario(str(path)), tmp_path)
    assert said in str(error.value)


def test_without_a_table_accepted_inputs_are_refused(tmp_path):
    path = _corridor(tmp_path)
    with pytest.raises(InputError, match="there are no accepted sets"):
        run_scenario(str(path), inputs="accepted", out=tmp_path / "out", figures=False)
    assert not (tmp_path / "out").exists(), "nothing is written"


def test_no_acceptable_set_is_a_finding(tmp_path):
    """Two figures that no one input can meet: nothing is stored as accepted, and the page says which exclude each other."""
    _corridor(tmp_path)
    rows = json.loads((tmp_path / "geodata" / "observed.yaml").read_text())
    rows["to_b"]["value"] = 0.2  # less than the way to c takes
    (tmp_path / "geodata" / "observed.yaml").write_text(json.dumps(rows))
    path = tmp_path / "geodata" / "calibration" / "calibration.yaml"
    calibrate(path, into=path.parent, out=tmp_path / "out", until="accepted")
    assert not accepted_path(tmp_path / "geodata").exists()
    values = (path.parent / "accepted_values.csv").read_text().splitlines()
    assert len(values) == 21
    assert all(line.split(",")[1] == "no" for line in values[1:])


def test_the_space_and_its_factors():
    plan = read_calibration()
    space = Space.of(plan)
    cube = np.random.default_rng(0).random((5, len(space.names)))
    assert space.cube(space.factors(cube)) == pytest.approx(cube, abs=1e-5)
    assert space.factors(space.base[None, :])[0] == dict.fromkeys(space.names, 1.0)


def test_moved_changes_come_by_key_with_six_digits():
    found, _ = uncertain(read_geodata(Path("geodata"))[0])
    changes = moved(movable(found), {"port_dwells": 1.23456789}, "x")
    assert [c.key for c in changes] == sorted(c.key for c in changes)
    assert {c.value for c in changes} == {1.23457}


@pytest.mark.slow
def test_the_corridors_accepted_sets_are_those_of_its_model_of_today(tmp_path):
    """If not, the base has changed: `make calibrate`."""
    refuse_unfit_sets(load_scenario("baseline_2024"), tmp_path)
