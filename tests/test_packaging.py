"""The wheel brings scenarios and geodata along, and works in a fresh place."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr or done.stdout
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_program_scenarios_and_geodata(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    for folder, kept_as in (
        ("scenarios", "sim/_data/scenarios"),
        ("geodata", "sim/_data/geodata"),
        ("sim", "sim"),
    ):
        for path in (ROOT / folder).rglob("*"):
            if (
                path.suffix in {".py", ".yaml", ".geojson", ".csv", ".json", ".css", ".js", ".jinja", ".typed"}
                and "__pycache__" not in path.parts
            ):
                assert f"{kept_as}/{path.relative_to(ROOT / folder).as_posix()}" in inside
    assert not [name for name in inside if name.startswith(("tests/", "results/", "docs/")) or "__pycache__" in name]


def test_constraints_name_versions_only() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert len(pins) > 30
    for pin in pins:
        name, version = pin.split("==")
        assert name.lower() != "middle-corridor"
        assert not set(version) - set("0123456789.abcdefghijklmnopqrstuvwxyz")


@pytest.mark.slow
def test_a_fresh_installation_runs_the_tutorial_in_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    place, work = tmp_path / "venv", tmp_path / "work"
    work.mkdir()
    venv.create(place, with_pip=True)
    pip = [str(place / "bin" / "python"), "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    subprocess.run([*pip, "-c", str(ROOT / "constraints.txt"), str(wheel)], check=True)
    done = subprocess.run(
        [str(place / "bin" / "corridor"), "run", "tutorial", "--json", "--replications", "2"],
        cwd=work,
        capture_output=True,
        text=True,
        check=True,
    )
    result = json.loads(done.stdout)
    assert Path(work / result["path"] / "manifest.json").is_file()
    assert result["figures"]
