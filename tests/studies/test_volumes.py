"""Published volumes beside demand that answers: the file's faults, ratios, and who is judged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim.errors import InputError
from sim.runs.options import Options
from sim.studies.validate.page import page
from sim.studies.validate.result import validation
from sim.studies.validate.volumes import VOLUMES_FILE, Volume, read_volumes, volumes
from tests.oracle.test_markets import OPTIONS, files, plan_times

ROW: dict[str, Any] = {
    "title": "boxes",
    "unit": "ratio",
    "year": 2025,
    "value": 0.75,
    "source": "made up",
    "grade": "assumption",
    "role": "independent",
}


def volume(**given: Any) -> Volume:
    return Volume.model_validate({**ROW, **given})


def test_the_corridors_own_can_be_asked():
    """Each names scenarios of the library and an indicator, or says why nothing is asked."""
    found = read_volumes()
    assert {row.scenario for row in found.values() if row.scenario} <= {
        *(f"baseline_{year}" for year in range(2022, 2027)),
        "rivals_closed_hormuz",
        "world_bank_2030",
    }
    assert sum(bool(row.not_asked) for row in found.values()) >= 3
    for row in found.values():
        assert row.role not in ("input", "fitted") or row.role_reason


def test_what_comes_is_judged_and_what_is_fitted_is_no_test(tmp_path):
    """A sea that is cheaper by 200 USD: of a half the corridor keeps 0.8, and of what it loses the sea has all."""
    path = str(files(tmp_path, set={"facilities.gate.capacity": 9, "rivals.sea.price": 700}, **{}))
    base = str(tmp_path / "base.yaml")
    both = {"scenario": path, "with": ["replications=1"], "over": {"scenario": base, "with": ["replications=1"]}}
    carried = {"indicator": "volume_teu of corridor"}
    share = 0.80
    given = {
        "hit": volume(**both, measure=carried, value=share),
        "missed": volume(**both, measure=carried, value=1.2, why_missed="it is made up"),
        "fitted": volume(**both, measure=carried, value=share, role="fitted", role_reason="made so"),
        "months": volume(**both, measure={"quantity": "teu", "months": [3, 12]}, value=share),
        "left": volume(
            **{**both, "over": None},
            measure={"indicator": "market_diverted of m by sea", "won_over": "market_by_rival of m by sea"},
            value=-0.16,
            low=-0.19,
            high=-0.13,
        ),
        "not": volume(not_asked="no run"),
    }
    found = {row.published.id: row for row in volumes(given, Options(out=tmp_path / "results", **OPTIONS))}
    verdicts = {name: row.verdict for name, row in found.items()}
    assert verdicts["hit"] == verdicts["months"] == "hit"
    assert verdicts["missed"] == "miss"
    assert verdicts["fitted"] == "fitted"
    assert verdicts["not"] == "not comparable"
    assert found["left"].model.mean < 0, "the sea has won"
    assert found["hit"].run_ids == found["fitted"].run_ids
    told = page(validation([], ["x"], 1, 1, volumes=found.values())).text()
    assert "it is made up" in told
    assert "no test: made so" in told


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("volumes: {a: {title: x}}", "a: missing: unit"),
        ("volumes: {a: {title: x, unit: t, year: 2025, value: 1, source: x, grade: nice, role: input}}", "a.grade"),
        (
            "volumes: {a: {title: x, unit: t, year: 2025, value: 1, source: x, grade: claimed, role: independent}}",
            "give 'scenario' and 'measure', or say in 'not_asked'",
        ),
        (
            "volumes: {a: {title: x, unit: t, year: 2025, value: 1, source: x, grade: claimed, role: input, not_asked: y}}",
            "'role' needs a 'role_reason'",
        ),
    ],
)
def test_faults_of_the_file_are_told_with_their_place(tmp_path, text, message):
    path = tmp_path / VOLUMES_FILE.name
    path.write_text(f"schema_version: 1\n{text}\n", "utf-8")
    with pytest.raises(InputError, match=message) as error:
        read_volumes(path)
    assert str(Path(error.value.problems[0].file or "").name) == path.name
    assert read_volumes(tmp_path / "none.yaml") == {}


def test_nothing_is_run_where_one_scenario_cannot_be(tmp_path):
    path = str(files(tmp_path, **plan_times(1)))
    row = {"measure": {"quantity": "teu"}, "scenario": path}
    given = {"a": volume(**row), "b": volume(**{**row, "scenario": "no_such_scenario"})}
    with pytest.raises(InputError, match="no_such_scenario"):
        list(volumes(given, Options(out=tmp_path / "results", **OPTIONS)))
    assert not (tmp_path / "results").exists()
