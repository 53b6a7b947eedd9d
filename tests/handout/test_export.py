"""A workbook holds the numbers of the run and nothing that computes; CSV has the signs that were asked for."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from sim.errors import InputError, RunError
from sim.handout.csvfile import csv_bytes
from sim.handout.export import export
from sim.handout.report import write_report
from sim.handout.sheet import Sheet
from sim.handout.workbook import LONGEST_TEXT, workbook_bytes
from sim.report.kpi_values import Values
from sim.studies.compare.run import compare_scenarios
from tests.handout.conftest import QUESTION, TITLE
from tests.tools import office

DAY = datetime(2024, 1, 1)


def read(path: Path | io.BytesIO) -> dict[str, list[tuple[object, ...]]]:
    book = openpyxl.load_workbook(path)
    return {page.title: list(page.iter_rows(values_only=True)) for page in book}


def test_numbers_of_a_workbook_are_those_of_the_parquet(run, folder: Path) -> None:
    pages = read(export(str(run.path), str(folder / "run.xlsx")))
    assert list(pages) == ["Answer", "Indicators", "By flow", "By place", "Changes", "Published", "Read me"]
    values = Values(run.kpis)
    head, *rows = pages["Indicators"]
    rows = rows[: rows.index((None,) * len(head))]
    at = {name: column for column, name in enumerate(head)}
    found = {(r[at["kpi"]], r[at["scope"]], r[at["year"]] or 0): r for r in rows}
    assert set(found) == set(values.groups)
    for key, row in found.items():
        known = values.estimate(*key)
        for name, value in (("value", known.mean), ("value ±", known.half_width)):
            assert row[at[name]] == (None if value is None else pytest.approx(value, rel=1e-15, abs=0)), key
        assert row[at["unit"]] == values.unit(key[0])
    flows = {row[0]: row for row in pages["By flow"][1:]}
    p90 = pages["By flow"][0].index("transit time P90, d")
    for flow in run.manifest["resolved"]["flows"]:
        if values.has("transit_lots", flow):
            assert flows[flow][p90] == pytest.approx(values.estimate("transit_p90", flow).mean, rel=1e-15)
    assert ("run", run.run_id) in [row[:2] for row in pages["Read me"]]


def test_a_comparison_holds_its_pairs_and_what_was_changed(comparison, folder: Path) -> None:
    pages = read(export(str(comparison.path), str(folder / "pairs.xlsx")))
    (pair,) = comparison.result.comparisons
    head, *rows = pages["Indicators"]
    at = {name: column for column, name in enumerate(head)}
    for line, row in zip([*pair.lines, *pair.by_year], rows, strict=False):
        assert (row[at["kpi"]], row[at["scope"]]) == (line.kpi, line.scope)
        for name, side in (("A", line.a), ("B", line.b), ("B - A", line.difference)):
            assert row[at[name]] == (None if side.mean is None else pytest.approx(side.mean, rel=1e-15, abs=0))
        assert row[at["verdict"]] == line.verdict
    changed = pages["Changes"][1]
    assert changed[1:5] == ("fleets.feeders.count", "set, + 1", "2", "3")
    assert changed[7] == "the scenario's own"
    assert {row[1] for row in pages["By flow"][1:] if row[1]} == {*pair.flows.common, *pair.flows.left_out}
    assert "By place" in pages
    assert TITLE in [row[1] for row in pages["Answer"]]


def test_no_text_is_a_formula_or_a_link(comparison, folder: Path) -> None:
    path = export(str(comparison.path), str(folder / "formula.xlsx"))
    book = openpyxl.load_workbook(path)
    cells = [cell for page in book for row in page.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert not any(cell.hyperlink for cell in cells)
    guarded = [cell for cell in cells if cell.data_type == "s" and str(cell.value).startswith(("=", "+", "-", "@"))]
    assert {TITLE, QUESTION} <= {cell.value for cell in guarded}
    assert all(cell.style.quotePrefix if hasattr(cell.style, "quotePrefix") else cell.quotePrefix for cell in guarded)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1 d", "@x", "\t=1", "\r=1"])
def test_a_text_of_csv_is_no_formula_and_a_number_stays_one(text: str) -> None:
    sheet = Sheet("T", ("name", "=head"), [(text, -1.5), ('plain; with "marks"', None)])
    rows = list(csv.reader(io.StringIO(csv_bytes(sheet, ";", ",").decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows == [["name", "'=head"], [f"'{text}", "-1,5"], ['plain; with "marks"', ""]]


def test_csv_has_all_indicators_with_the_signs_asked_for(run, folder: Path) -> None:
    path = export(str(run.path), str(folder / "run.csv"), separator=";", decimal=",")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline=""), delimiter=";"))
    values = Values(run.kpis)
    assert len(rows) == len(values.groups)
    for row in rows:
        mean = values.estimate(row["kpi"], row["scope"], int(row["year"] or 0)).mean
        assert row["value"] == ("" if mean is None else str(mean).replace(".", ","))
    one = export(str(run.path), str(folder / "flows.csv"), table="by flow", separator="tab")
    assert one.read_text("utf-8-sig").startswith("flow\tfrom - to\t")


def test_the_same_sheets_give_the_same_bytes_and_texts_fit() -> None:
    sheet = Sheet("T", ("a", "b"), [("x" * (LONGEST_TEXT + 5), 1.0), ("\x00\x1b[31m", None)], ("note",))
    made = workbook_bytes([sheet], DAY)
    assert made == workbook_bytes([sheet], DAY)
    (page,) = read(io.BytesIO(made)).values()
    assert len(str(page[1][0])) == LONGEST_TEXT
    assert str(page[1][0]).endswith("(cut)")


@pytest.mark.parametrize(
    ("name", "file", "more", "message"),
    [
        ("nothing", "a.xlsx", {}, "no finished run or study 'nothing'"),
        ("RUN", "a.pdf", {}, "ends in .xlsx or .csv"),
        ("RUN", "a", {}, "ends in .xlsx or .csv"),
        ("RUN", "", {}, "cannot be the name of a file"),
        ("RUN", "away/a.xlsx", {}, "there is no folder"),
        ("RUN", "folder.xlsx", {}, "is a folder"),
        ("RUN", "taken.xlsx", {}, "is there already and stays as it is"),
        ("RUN", "a.csv", {"separator": "x"}, "'x' is not allowed; allowed: , ; | tab"),
        ("RUN", "a.csv", {"decimal": ","}, "both ','"),
        ("RUN", "a.csv", {"table": "by flows"}, "nearest: 'By flow'"),
        ("RUN", "a.xlsx", {"table": "By flow"}, "are for .csv"),
    ],
)
def test_what_cannot_be_written_is_refused_and_nothing_is(run, tmp_path: Path, name, file, more, message) -> None:
    (tmp_path / "folder.xlsx").mkdir()
    (tmp_path / "taken.xlsx").write_text("mine")
    before = sorted(tmp_path.iterdir())
    target = str(tmp_path / file) if file else ""
    with pytest.raises(InputError, match=message):
        export(str(run.path) if name == "RUN" else name, target, **more)
    assert sorted(tmp_path.iterdir()) == before
    assert (tmp_path / "taken.xlsx").read_text() == "mine"
    if file == "taken.xlsx":
        export(str(run.path), target, force=True)
        assert "Answer" in read(tmp_path / file)


def test_damage_and_other_versions_are_named(run, comparison, tmp_path: Path) -> None:
    damaged = tmp_path / "run"
    shutil.copytree(run.path, damaged)
    with (damaged / "kpis.parquet").open("r+b") as handle:
        handle.seek(100)
        handle.write(b"\x00\x01\x02")
    with pytest.raises(RunError, match="has changed since it was written"):
        export(str(damaged), str(tmp_path / "a.xlsx"))
    study = tmp_path / "study"
    shutil.copytree(comparison.path, study)
    (study / "compare.json").write_text("{}")
    with pytest.raises(RunError, match="has changed since it was written"):
        export(str(study), str(tmp_path / "a.xlsx"))
    from sim.results.identity import file_digest
    from sim.results.manifest import STUDY, read_manifest, write_manifest

    facts = read_manifest(study, STUDY)
    (study / "compare.json").write_text('{"id": "x", "comparisons": [{"a": {}}]}')
    for name, said in facts["files"].items():
        said |= {"bytes": (study / name).stat().st_size, "sha256": file_digest(study / name)}
    write_manifest(study, facts, STUDY)
    with pytest.raises(RunError, match="was made by another version of the program"):
        export(str(study), str(tmp_path / "a.xlsx"))
    assert not (tmp_path / "a.xlsx").exists()


def test_libreoffice_reads_the_same_numbers(run, folder: Path, tmp_path: Path) -> None:
    path = export(str(run.path), str(folder / "office.xlsx"))
    filters = ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path / "back")]
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    subprocess.run([office(), profile, "--headless", *filters, str(path)], check=True, capture_output=True, timeout=240)
    back = read(tmp_path / "back" / "office.xlsx")
    for title, rows in read(path).items():
        numbers = [[cell for cell in row if isinstance(cell, (int, float))] for row in rows]
        again = [[cell for cell in row if isinstance(cell, (int, float))] for row in back[title]][: len(numbers)]
        assert again == [[pytest.approx(cell, rel=1e-14) for cell in row] for row in numbers], title


def test_a_comparison_with_sampled_inputs_and_several_scenarios_is_handed_on_too(
    folder: Path, hostile: Path, tmp_path: Path
) -> None:
    names = ["tutorial", str(hostile), "tutorial"]
    done = compare_scenarios(
        names, replications=2, inputs="sampled", overrides=["period.end=2024-01-20"], out=str(tmp_path), figures=False
    )
    assert done.result.comparisons[0].bands
    pages = read(export(str(done.path), str(tmp_path / "sampled.xlsx")))
    assert {"Indicators 1", "By flow 2", "Changes 2", "Read me"} <= set(pages)
    text = write_report(str(done.path), figures=False).read_text(encoding="utf-8")
    assert "Two kinds of uncertainty" in text
    assert text.count('<p class="answer">') == 2
