"""The page of the talks: from runs of the tutorial, from stored runs, and as it stands in docs/."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.errors import InputError
from sim.report.estimate import Estimate
from sim.report.verdicts import AGREES, CONTRADICTS, NOT_COMPARABLE, OPEN
from sim.scenario.interventions import read_catalogue
from sim.scenario.library import list_not_carried, scenario_paths, scenarios_dir
from sim.scenario.talks import read_talks
from sim.studies.talks.judged import answer_word, how_sure, judged
from sim.studies.talks.limits import NOT_COMPARED, claims_as_told, jam_of, jams, verdict_on
from sim.studies.talks.page import HEAD, sentence, short_table, talks_markdown, talks_page
from sim.studies.talks.run import TalksPage, words_of_today, write_talks
from sim.studies.talks.summary import (
    Answer,
    AnsweredQuestion,
    AnsweringLine,
    BaseOfAnswers,
    Criterion,
    Jam,
    Level,
    TalksSummary,
    ToldClaim,
)
from sim.studies.talks.tables import tables_markdown
from sim.studies.talks.words import amount

DOCS = Path(__file__).parents[2] / "docs"
SHORT = "period: {end: 2024-01-31, warm_up: 10 d}\nreplications: 2\n"
FILES = {
    "before.yaml": f"schema_version: 1\ntitle: The line as it is\nextends: tutorial\n{SHORT}"
    "primary_kpi: transit_p50 of cargo TEU\n",
    "ships.yaml": "schema_version: 1\ntitle: Two more ships\nquestion: Do ships help?\nextends: before\n"
    "comparator:\n"
    "  - {text: Nobody waits, value: 0, unit: d, kpi: transit_p50 of cargo TEU, source: 'https://x.org/a'}\n"
    "  - {text: Ships are full, value: 1, unit: share, source: 'https://x.org/b'}\n"
    "  - {text: Days at sea, value: 20, low: 0, high: 400, unit: d, kpi: transit_p50 of cargo TEU, source: a report}\n"
    "  - {text: Ships sail, source: a speech}\n"
    "interventions: [SRV-90]\n",
    "papers.yaml": "schema_version: 1\ntitle: Quicker papers\nextends: before\ninterventions: [BAR-90]\n",
    "interventions.yaml": """
SRV-90: {title: Two more ships, kind: service, from: 2023-01-01, talk: [made_up], source: 'https://x.org/ships',
         grade: assumption, changes: [{key: fleets.feeders.count, add: 2, range: [1, 3]}]}
BAR-90: {title: Quicker papers, kind: barrier, from: 2023-01-01, source: 'https://x.org/papers', grade: claimed,
         published: {before: 8, after: 2, unit: h}, changes: [{key: barriers.documents.kz.scale, scale: 0.25}]}
CAP-90: {title: A bridge over the sea, kind: capacity, from: 2023-01-01, talk: [made_up], source: 'https://x.org/bridge',
         grade: claimed, not_modelled: nobody has drawn it}
""",
    "talks.yaml": """
made_up:
  title: A and B, at the sea, 1 January 2024
  statements:
    - {said: More ships shall sail., source: 'https://x.org/said', interventions: [SRV-90], scenarios: [ships]}
    - {said: Papers shall be quick., source: 'https://x.org/said', interventions: [BAR-90, CAP-90], scenarios: [papers]}
  comparisons:
    - asks: Do ships help?
      base: before
      scenarios: [ships, papers]
      level: volume_teu of corridor
      show: [transit_p90 of cargo TEU, transit_p50 of F99]
      judged:
        - {kpi: volume_teu of cargo TEU, of: level, at_least: 1, why: one box is more than none}
        - {kpi: transit_p50 of cargo TEU, scenario: papers, must: fall}
        - {kpi: transit_mean of cargo TEU, at_most: 365, source: 'https://x.org/said'}
      sentence: "{found} arrive, of {bound}"
  claims:
    - {text: Papers save a year, scenario: papers, kpi: transit_p50 of cargo TEU, of: difference, high: -365, unit: d,
       source: 'https://x.org/said'}
    - {text: Ships do no harm, scenario: ships, kpi: transit_p50 of cargo TEU, of: relative, high: 50, unit: "%",
       source: 'https://x.org/said'}
  caveats: [All of this is made up.]
""",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("talks")
    for name, text in FILES.items():
        (path / name).write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def made(folder: Path) -> TalksPage:
    return write_talks(
        talks_file=folder / "talks.yaml",
        out=folder / "results",
        docs=folder / "docs",
        engine="reference",
        figures=False,
    )


def test_the_page_answers_with_numbers_runs_and_sources(made: TalksPage, folder: Path) -> None:
    text = tables_markdown(made.summary)
    (asked,) = made.summary.talks[0].comparisons
    first = text.index("| Talk |")
    assert first < text.index("img/talks.png") < text.index("## A and B, at the sea")
    assert "| A and B, 2024 | Do ships help? |" in text
    for answer in asked.answers:
        assert (folder / "results" / answer.scenario / answer.run_id).is_dir()
        assert answer.run_id in text
    assert (folder / "results" / "compare" / asked.compare_id / "compare.json").is_file()
    assert asked.compare_id in text
    assert "add 2 (1 to 3)" in text  # the range of an assumption
    assert "8 to 2 h" in text  # a published pair
    assert "CAP-90 A bridge over the sea: nobody has drawn it." in text
    assert "not comparable: demand differs, or no such flow" in text  # F99
    assert "All of this is made up." in text
    for name in list_not_carried():
        assert f"`{name}`" in text


def test_its_numbers_are_those_of_the_comparison(made: TalksPage, folder: Path) -> None:
    (asked,) = made.summary.talks[0].comparisons
    path = folder / "results" / "compare" / asked.compare_id / "compare.json"
    stored = json.loads(path.read_text(encoding="utf-8"))
    for answer, pair in zip(asked.answers, stored["comparisons"], strict=True):
        primary = next(line for line in pair["lines"] if line["primary"])
        assert answer.primary.as_json().items() >= primary.items()


def test_what_contradicts_a_claim_is_told_first(made: TalksPage) -> None:
    words = {claim.text: verdict_on(claim).partition(":")[0] for claim in claims_as_told(made.summary.talks[0])}
    assert words == {
        "Papers save a year": CONTRADICTS,
        "Ships do no harm": AGREES,
        "Nobody waits": NOT_COMPARABLE,
        "Ships are full": NOT_COMPARED,
        "Days at sea": NOT_COMPARABLE,
    }
    assert "| Days at sea (a report) | 0 d to 400 d |" in tables_markdown(made.summary)
    top = tables_markdown(made.summary).partition("## How to read")[0]
    assert "held against the model: 2** (1 consistent, 1 inconsistent, 0 not decided" in top
    assert "3 more are not judged" in top
    assert "- Papers save a year (at most −365 d of change): the model has" in top
    assert "Nobody waits" not in top  # a level, beside a what-if
    assert "Ships do no harm" not in top


def told_claim(**fields: object) -> ToldClaim:
    """A claim of a transit time in days, with the fields given."""
    plain = {"text": "", "scenario": "ships", "kpi": "transit_p50", "low": None, "high": None, "value": None}
    plain |= {"unit": "d", "model_unit": "d", "source": "", "scope": "corridor", "scope_words": "all cargo"}
    return ToldClaim(**plain | {"withdrawn": False, "jam": False} | fields)


@pytest.mark.parametrize(
    ("mean", "half", "bounds", "word"),
    [
        (10.0, 1.0, {"low": 8, "high": 12}, AGREES),
        (10.0, 1.0, {"low": 10.5, "high": 12}, OPEN),
        (10.0, 1.0, {"low": 11.5, "high": 12}, f"{CONTRADICTS}: the model's figure is lower, which is better"),
        (10.0, 0.5, {"high": 9}, f"{CONTRADICTS}: the model's figure is higher, which is worse"),
        (10.0, 0.0, {"low": 9}, AGREES),  # the same in every replication
        (10.0, None, {"high": 9}, OPEN),  # one replication has no interval
        (10.0, None, {"low": 9}, OPEN),
        (10.0, 0.5, {"value": 10.2}, AGREES),  # 9.18 to 11.22
        (10.0, 1.0, {"value": 10.2}, OPEN),
        (-40.0, 5.0, {"value": -50}, OPEN),  # -55 to -45 about a negative figure
        (10.0, 1.0, {"value": 20, "low": 8, "high": 12}, AGREES),  # where a range is printed it decides
        (None, None, {"value": 10}, NOT_COMPARED),
    ],
)
def test_verdicts_on_published_figures(mean, half, bounds, word) -> None:
    claim = told_claim(of="difference", model=Estimate(mean, half, 10), **bounds)
    assert verdict_on(claim) == word
    assert verdict_on(replace(claim, unit="wagons")) == NOT_COMPARED


@pytest.mark.parametrize(
    ("of", "year", "base_year", "word"),
    [
        ("level", 2024, 2024, AGREES),
        ("level", 2024, 2023, f"{NOT_COMPARABLE}: the level of 2024 beside a what-if"),
        ("level", 2024, None, f"{NOT_COMPARABLE}: the level of 2024 beside a what-if"),
        ("level", None, 2024, f"{NOT_COMPARABLE}: a level beside a what-if"),
        ("level", None, None, f"{NOT_COMPARABLE}: a level beside a what-if"),
        ("difference", None, None, AGREES),
        ("relative", 2030, None, AGREES),
    ],
)
def test_like_is_compared_with_like(of, year, base_year, word) -> None:
    claim = told_claim(low=9, high=11, of=of, year=year, base_year=base_year, model=Estimate(10.0, 0.5, 10))
    assert verdict_on(claim) == word
    for role in ("input", "fitted"):  # whatever else holds, what the run is built on is no test of it
        assert verdict_on(replace(claim, role=role, base_year=year)) == f"{NOT_COMPARABLE}: {role}, no test"
    assert verdict_on(replace(claim, withdrawn=True)) == "withdrawn with the answer"
    assert verdict_on(replace(claim, jam=True)) == f"{NOT_COMPARABLE}: the run or its base jams"


def with_answers(summary: TalksSummary, answers: tuple[Answer, ...]) -> TalksSummary:
    """The summary with other answers to its only question."""
    (talk,) = summary.talks
    (asked,) = talk.comparisons
    return replace(summary, talks=(replace(talk, comparisons=(replace(asked, answers=answers),)),))


def test_a_withdrawn_answer_has_its_reason_and_no_number(made: TalksPage) -> None:
    (asked,) = made.summary.talks[0].comparisons
    told = tuple(replace(one, withdrawn="papers are not what they seem.") for one in asked.answers)
    page = tables_markdown(with_answers(made.summary, told))
    numbers = [
        amount(line.difference, line.unit).lstrip("−")
        for one in told
        for line in (one.primary, *one.shown)
        if line.difference.mean
    ]
    assert numbers
    assert not [number for number in numbers if number in page]
    assert page.count("**Withdrawn**: papers are not what they seem.") == 3  # in the first table once, then of each
    assert "0 consistent, 0 inconsistent" in page
    page = tables_markdown(with_answers(made.summary, (replace(told[0], withdrawn=""), *told[1:])))
    assert "`papers`: withdrawn, see below." in page
    assert "1 consistent" in page  # that of ships, which is told


def test_a_run_that_jams_has_no_times(made: TalksPage) -> None:
    (asked,) = made.summary.talks[0].comparisons
    first, *others = asked.answers
    page = tables_markdown(with_answers(made.summary, (replace(first, jam=Jam("cargo TEU", 0.2, None)), *others)))
    first = next(line for line in page.splitlines() if line.startswith("- *Two more ships.*"))
    assert "no times are shown" in first
    assert "TEU delivered of all cargo" in first
    assert not re.search(r"\d d\b", first), "no days"
    assert not [
        line
        for line in page.splitlines()
        if line.startswith("| `ships` | ") and "transit" in line.lower() and "not comparable" not in line
    ]
    assert [line for line in page.splitlines() if line.startswith("| `papers` | Median transit time")]


def kpis(rows: dict[tuple[str, str], list[float]]) -> pd.DataFrame:
    found = [(k, kpi, scope, 0, value) for (kpi, scope), values in rows.items() for k, value in enumerate(values)]
    return pd.DataFrame(found, columns=["replication", "kpi", "scope", "year", "value"])


@pytest.mark.parametrize(
    ("unfinished", "median", "is_jam"),
    [
        (0.0, 10.0, False),
        (5.0, 10.0, False),
        (5.2, 10.0, True),
        (0.0, 45.0, False),
        (0.0, 45.5, True),
        (60.0, float("inf"), True),
    ],
)
def test_when_a_run_jams(unfinished: float, median: float, is_jam: bool) -> None:
    run = SimpleNamespace(
        kpis=kpis(
            {
                ("transit_lots", "cargo wagon"): [100.0, 100.0],
                ("transit_unfinished", "cargo wagon"): [unfinished] * 2,
                ("transit_p50", "cargo wagon"): [median] * 2,
                ("transit_lots", "cargo TEU"): [10.0, 10.0],
                ("transit_unfinished", "cargo TEU"): [0.0, 0.0],
                ("transit_p50", "cargo TEU"): [9.0, 9.0],
            }
        )
    )
    found = jam_of(run)
    assert (found is not None) == is_jam
    assert found is None or (found.scope, found.unfinished) == ("cargo wagon", unfinished / 100)


def test_withdrawals_written_today_reach_a_stored_summary(made: TalksPage, folder: Path) -> None:
    path = folder / "withdrawn.yaml"
    level = "      level: volume_teu"
    text = FILES["talks.yaml"].replace(level, f"      withdrawn: {{papers: made up}}\n{level}")
    path.write_text(f"notice: All is made up\n{text}", encoding="utf-8")
    again = words_of_today(made.summary, path)
    answers = again.talks[0].comparisons[0].answers
    assert [one.withdrawn for one in answers] == ["", "made up"]
    assert tables_markdown(again).splitlines()[2] == "**All is made up.**"
    path.write_text(text.replace("papers: made", "paper: made"), encoding="utf-8")
    with pytest.raises(InputError, match="no scenario of this comparison 'paper'; nearest: 'papers'"):
        read_talks(path)


WITHDRAWN = {
    "caspian_minus_1m",
    "talk_china_rapeseed",
    "talk_bulgaria_oil",
    "talk_serbia_2026_black_sea",
    "closed_cycle",
    "stress_altynkol_cut",
}


def test_the_page_in_docs_withdraws_what_the_base_cannot_answer() -> None:
    summary = json.loads((DOCS / "talks.json").read_text(encoding="utf-8"))
    text = (DOCS / "talks_tables.md").read_text(encoding="utf-8")
    answers = [one for talk in summary["talks"] for asked in talk["comparisons"] for one in asked["answers"]]
    assert {one["scenario"] for one in answers if one["withdrawn"]} >= WITHDRAWN
    assert "the base before hit" in summary["notice"]
    assert text.splitlines()[2].startswith(
        "**Of the published outcomes that nothing in the base was built on or fitted to"
    )
    for name in WITHDRAWN:
        assert not [line for line in text.splitlines() if line.startswith(f"| `{name}` |")], name


@pytest.mark.parametrize(
    ("mean", "half", "unit", "text"),
    [
        (10.234, 0.312, "d", "10.23 ± 0.31 d"),  # no more places than the interval supports
        (10.234, 1.3, "d", "10.2 ± 1.3 d"),
        (10.234, 13.2, "d", "10 ± 13 d"),
        (10.234, None, "d", "10.2 d"),
        (-2_190_400.0, 21_000.0, "t", "−2.190 ± 0.021 Mt"),
        (0.8512, 0.02, "share", "85.1 ± 2.0 %"),
        (None, None, "d", "–"),
    ],
)
def test_amounts_are_as_precise_as_their_interval(mean, half, unit, text) -> None:
    assert amount(Estimate(mean, half, 10), unit) == text


def test_stored_runs_give_the_same_page_without_running(
    made: TalksPage, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.runs import worker

    monkeypatch.setattr(worker, "simulate", lambda *_: pytest.fail("simulated again"))
    again = write_talks(
        talks_file=folder / "talks.yaml",
        out=folder / "results",
        docs=folder / "again",
        from_results=True,
        figures=False,
    )
    assert [path.name for path in made.files[:3]] == ["talks.md", "talks_tables.md", "talks.json"]
    for one, other in zip(made.files, again.files, strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_missing_runs_are_named_and_nothing_is_written(made: TalksPage, folder: Path) -> None:
    with pytest.raises(InputError) as caught:
        write_talks(talks_file=folder / "talks.yaml", out=folder / "empty", docs=folder / "none", from_results=True)
    assert [re.search(r"no stored run of (\w+)", str(p))[1] for p in caught.value.problems] == [
        "before",
        "ships",
        "papers",
    ]
    with pytest.raises(InputError, match="1 stored of other data, inputs or another seed"):
        write_talks(
            talks_file=folder / "talks.yaml", out=folder / "results", docs=folder / "none", seed=99, from_results=True
        )
    with pytest.raises(InputError, match="1 stored of other data, inputs or another seed"):
        write_talks(
            talks_file=folder / "talks.yaml",
            out=folder / "results",
            docs=folder / "none",
            inputs="sampled",
            from_results=True,
        )
    with pytest.raises(InputError, match="nearest: 'sampled'"):
        write_talks(talks_file=folder / "talks.yaml", docs=folder / "none", inputs="sample")
    with pytest.raises(InputError, match=r"talks\.json: cannot be read"):
        write_talks(docs=folder / "none", from_summary=True)
    with pytest.raises(InputError, match="exclude each other"):
        write_talks(docs=folder / "none", from_summary=True, from_results=True)
    assert not (folder / "none").exists()


def test_faults_of_all_scenarios_are_told_before_the_first_run(folder: Path, tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "ships.yaml").write_text(FILES["ships.yaml"].replace("SRV-90", "SRV-91"), encoding="utf-8")
    (tmp_path / "papers.yaml").write_text(FILES["papers.yaml"] + "period: {end: 2024-01-20}\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        write_talks(talks_file=tmp_path / "talks.yaml", out=tmp_path / "results", docs=tmp_path / "docs")
    told = "\n".join(map(str, caught.value.problems))
    assert re.search(r"ships\.yaml:\d+: interventions: 'SRV-91' .*nearest: 'SRV-90'", told)
    assert "before and papers cover different periods and cannot be compared" in told
    assert not (tmp_path / "results").exists()
    assert not (tmp_path / "docs").exists()


def test_the_command_lays_the_page_out_anew(made: TalksPage, folder: Path) -> None:
    text = made.page.read_text(encoding="utf-8")
    made.page.unlink()
    done = CliRunner().invoke(app, ["talks", "--from-summary", "--docs", str(folder / "docs")])
    assert done.exit_code == 0, done.stderr
    assert str(made.page) in done.stdout
    assert made.page.read_text(encoding="utf-8") == text


def test_a_stored_summary_that_is_none_is_told(made: TalksPage, tmp_path: Path) -> None:
    summary = made.summary.as_json()
    for broken in ({**summary, "made": {}}, {**summary, "talks": 1}, []):
        (tmp_path / "talks.json").write_text(json.dumps(broken), encoding="utf-8")
        with pytest.raises(InputError, match=r"talks\.json: cannot be read .*'corridor talks' writes it"):
            write_talks(docs=tmp_path, from_summary=True)
    assert not (tmp_path / "talks.md").exists()


def test_an_answer_stored_without_its_jam_is_judged_by_its_lines(made: TalksPage) -> None:
    answer = made.summary.talks[0].comparisons[0].answers[0]
    stored = answer.as_json()
    assert stored.pop("jam") is None
    old = Answer.from_json(stored)
    assert "jam" not in old.as_json()
    assert not jams(old)
    late = replace(old.primary, kpi="transit_p50", b=Estimate(46.0, 1.0, 2))
    assert jams(replace(old, primary=late))
    assert not jams(replace(answer, primary=late)), "what is stored decides"


def test_faults_of_the_talks_file_are_told_at_once(folder: Path) -> None:
    wrong = FILES["talks.yaml"].replace("[SRV-90]", "[SRV-9]").replace("scenarios: [papers]", "scenarios: [paper]")
    path = folder / "wrong.yaml"
    path.write_text(wrong.replace("scenario: ships, kpi", "scenario: before, kpi"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_talks(path)
    told = "\n".join(map(str, caught.value.problems))
    assert re.search(r"wrong\.yaml:\d+: no intervention 'SRV-9'; nearest: 'SRV-90'", told)
    assert "no comparison of this talk with 'paper'; nearest: 'papers'" in told
    assert "no comparison of this talk with 'before'" in told  # the base is no answer
    path.write_text(FILES["talks.yaml"].replace("kpi: transit_p50", "kpi: transit_p5"), encoding="utf-8")
    with pytest.raises(InputError, match="'transit_p5' is not an indicator"):
        read_talks(path)


def test_the_library_answers_every_talk_of_its_catalogue() -> None:
    talks, catalogue = read_talks(), read_catalogue(scenarios_dir())
    assert {talk for entry in catalogue.values() for talk in entry.intervention.talk} == set(talks)
    answered = {name for talk in talks.values() for name in talk.scenarios()}
    assert {name for name in scenario_paths() if name.startswith("talk_")} <= answered
    for talk in talks.values():
        named = {name for said in talk.statements for name in said.scenarios}
        assert named <= set(talk.scenarios()), talk.title


@pytest.mark.skipif(not (DOCS / "talks.json").is_file(), reason="the page has not been made yet")
def test_the_page_in_docs_is_what_its_summary_gives() -> None:
    summary = json.loads((DOCS / "talks.json").read_text(encoding="utf-8"))
    stored = TalksSummary.from_json(summary)
    assert (DOCS / "talks.md").read_text(encoding="utf-8") == talks_markdown(stored)
    text = (DOCS / "talks_tables.md").read_text(encoding="utf-8")
    assert text == tables_markdown(stored)
    assert TalksSummary.from_json(summary).as_json() == summary
    assert (DOCS / summary["picture"]).is_file()
    assert [talk["id"] for talk in summary["talks"]] == list(read_talks())
    told = {row["id"] for talk in summary["talks"] for row in talk["interventions"]}
    assert told <= set(read_catalogue(scenarios_dir()))
    assert {row["name"] for row in summary["not_carried"]} == set(list_not_carried())
    for talk in summary["talks"]:
        assert f"## {talk['title']}" in text


def found(mean: float | None, half: float | None, **words: object) -> Answer:
    """An answer whose primary line moves by so much, in days, from 20."""
    moved = Estimate(mean, half, 10)
    verdict = str(words.pop("verdict", "better"))
    b = Estimate(None if mean is None else 20 + mean, half, 10)
    line = AnsweringLine("transit_p50", "cargo TEU", "d", 0, "lower", Estimate(20.0, 1.0, 10), b, moved, None, None, 0.01,
                         0.01, verdict, True, scope_words="containers")  # fmt: skip
    level = Level("volume_tonnes", "corridor", "all cargo", Estimate(6e6, 1e5, 10), Estimate(8.25e6, 2.7e5, 10), "t")
    plain = {"scenario": "road", "title": "A road", "question": "", "run_id": "c0ffee", "notes": (), "recovery": None}
    plain |= {"primary": line, "shown": (), "not_shown": (), "level": level, "stands_longest": None, "jam": None}
    return Answer(**plain | {"assumed": 0.2} | words)  # type: ignore[arg-type]


def question(*criteria: Criterion, answers: tuple[Answer, ...] = (), words: str = "") -> AnsweredQuestion:
    base = BaseOfAnswers("today", "Today", "beef00")
    return AnsweredQuestion("Is it so?", "deed00", answers or (found(-3.0, 1.0),), base, criteria, words)


def on(of: str, kpi: str = "transit_p50", scope: str = "cargo TEU", **bound: object) -> Criterion:
    return Criterion(kpi=kpi, scope=scope, scenario=str(bound.pop("scenario", "road")), of=of, **bound)  # type: ignore[arg-type]


TONNES = {"kpi": "volume_tonnes", "scope": "corridor"}


@pytest.mark.parametrize(
    ("criterion", "answer", "word"),
    [
        (on("level", **TONNES, at_least=10e6), found(-3, 1), "No"),  # 7.98 to 8.52 Mt
        (on("level", **TONNES, at_least=8.6e6), found(-3, 1), "No"),
        (on("level", **TONNES, at_least=8.3e6), found(-3, 1), "Open"),
        (on("level", **TONNES, at_least=7.9e6), found(-3, 1), "Yes"),
        (on("level", **TONNES, at_most=8.6e6), found(-3, 1), "Yes"),
        (on("level", **TONNES, about=8.0e6), found(-3, 1), "Yes"),  # 7.2 to 8.8 Mt
        (on("level", **TONNES, about=7.0e6), found(-3, 1), "No"),  # 6.3 to 7.7 Mt
        (on("level", **TONNES, about=7.5e6), found(-3, 1), "Open"),  # 6.75 to 8.25 Mt
        (on("level", **TONNES, at_least=7.9e6), found(-3, 1, level=None), "Open"),  # not stored
        (
            on("level", **TONNES, at_least=10e6),
            found(-3, 1, jam=Jam("cargo truck", 0.4, None)),
            "No",
        ),  # tonnes, no time
        (on("difference", at_most=-1.5), found(-3, 1), "Yes"),
        (on("difference", at_most=-4.5), found(-3, 1), "No"),
        (on("difference", at_most=-1.5), found(-3, None), "Open"),  # one replication
        (on("difference", at_most=-1.5), found(None, None), "Open"),
        (on("difference", at_most=-1.5), found(-3, 1, jam=Jam("cargo TEU", 0.4, None)), "Open"),
        (on("relative", at_most=-9), found(-3, 1), "Yes"),  # -20 to -10 %
        (on("relative", at_most=-50), found(-3, 1), "No"),
        (on("difference", must="fall"), found(-3, 1), "Yes"),
        (on("difference", must="rise"), found(-3, 1), "No"),
        (on("difference", must="fall"), found(3, 1, verdict="worse"), "No"),
        (on("difference", must="fall"), found(-3, 1, verdict="no difference shown at this precision"), "Open"),
        (on("difference", must="fall"), found(0, 0, verdict="the same in every replication"), "No"),
        (on("difference", must="fall"), found(-3, 1, withdrawn="made up"), "Withdrawn"),
        (on("difference", kpi="transit_p90", must="fall"), found(-3, 1), "Open"),  # no such line
        (on("difference", scenario="rail", must="fall"), found(-3, 1), "Withdrawn"),  # nobody answers
    ],
)
def test_an_answer_follows_from_the_number(criterion: Criterion, answer: Answer, word: str) -> None:
    asked = question(criterion, answers=(answer,))
    assert answer_word(judged(asked)) == word


def test_yes_needs_all_partly_some_and_no_one_that_fails() -> None:
    yes, no, unclear = (on("level", **TONNES, at_least=bound) for bound in (7e6, 10e6, 8.3e6))
    words = {(yes, yes): "Yes", (yes, no): "Partly", (yes, unclear): "Partly", (no, unclear): "No", (unclear,): "Open"}
    for criteria, word in words.items():
        assert answer_word(judged(question(*criteria))) == word
        assert answer_word(judged(question(*reversed(criteria)))) == word
    assert answer_word(judged(question())) == "Yes", "the primary indicator becomes better"


def test_one_change_is_held_against_another_with_the_wider_interval() -> None:
    """Half-widths add up: nothing is known of how the two run together, and more than their sum it cannot be."""
    less = on("difference", must="fall", than="rail")
    for other, word in ((-1.0, "Open"), (-0.4, "Yes"), (-5.6, "No")):
        answers = (found(-3.0, 1.0), found(other, 1.5, scenario="rail"))
        (one,) = judged(question(less, answers=answers))
        assert (one.number[0].mean, one.number[0].half_width, one.word) == (pytest.approx(-3 - other), 2.5, word)


@pytest.mark.parametrize(
    ("bound", "assumed", "sure"),
    [(10e6, 0.2, "high"), (10e6, 0.3, "high"), (10e6, 0.4, "medium"), (10e6, None, "medium"), (8.6e6, 0.2, "medium"),
     (8.6e6, 0.6, "low"), (8.3e6, 0.2, "low")],
)  # fmt: skip
def test_how_sure_counts_the_doubts(bound: float, assumed: float | None, sure: str) -> None:
    asked = question(on("level", **TONNES, at_least=bound), answers=(found(-3, 1, assumed=assumed),))
    assert how_sure(asked, judged(asked)) == sure


def test_the_sentence_has_the_numbers_of_the_first_criterion() -> None:
    words = "{found} arrive, where {bound} were promised, from {today}"
    asked = question(on("level", **TONNES, at_least=10e6), words=words)
    assert sentence(asked) == "No: 8.25 ± 0.27 Mt arrive, where 10 Mt were promised, from 6 Mt."
    jam = found(-3, 1, jam=Jam("cargo TEU", 0.4, None))
    told = sentence(question(on("difference", must="fall"), answers=(jam,), words=words))
    assert told == "Open: the run jams, so that no times are shown."
    assert sentence(question(answers=(found(-3, 1, withdrawn="nobody knows."),))) == "Withdrawn: nobody knows."


def test_the_short_page_of_made_up_talks(made: TalksPage) -> None:
    page = talks_page(made.summary)
    short, talk = page.sections
    assert short.table is not None
    assert short.table.head == HEAD
    ((asked, word, number, sure),) = short.table.rows
    assert (asked, sure in ("low", "medium", "high")) == ("Do ships help?", True)
    assert word in ("Yes", "Partly")
    assert "TEU" in number
    answers = made.summary.talks[0].comparisons[0].answers
    assert all(0 <= (one.assumed or 0) <= 1 for one in answers)
    text = talks_markdown(made.summary)
    assert f"**{sentence(made.summary.talks[0].comparisons[0])}**" in text.replace("\\", "")
    assert "![A and B, at the sea, 1 January 2024: today, promised and found](img/talks_made_up.png)" in text
    for words in ("- Helps most: ", "- No effect shown: ", "- How sure: ", "- Rests on assumptions: "):
        assert words in text
    assert "](talks_tables.md)" in text
    assert talk.drawing is not None
    assert (made.page.parent / talk.drawing.path).is_file()


def test_the_page_in_docs_is_for_five_minutes() -> None:
    summary = TalksSummary.from_json(json.loads((DOCS / "talks.json").read_text(encoding="utf-8")))
    table = short_table(summary)
    assert len(table.rows) == 12
    assert {row[1] for row in table.rows} <= {"Yes", "No", "Partly", "Open", "Withdrawn"}
    words = [word for row in (table.head, *table.rows) for cell in row for word in cell.split()]
    assert len(words) < 200
    asked = {row[0]: row for row in table.rows}["Does the road map carry 10 Mt in 2027?"]
    volume = float(asked[2].split()[0])
    assert asked[1] == ("No" if volume < 9 else asked[1])
    text = (DOCS / "talks.md").read_text(encoding="utf-8")
    assert text.index("| Does the") < text.index("![")
    places = {
        a.stands_longest.place for t in summary.talks for c in t.comparisons for a in c.answers if a.stands_longest
    }
    assert not [place for place in places if "_" in place and place in text], "places have titles"
    for talk in summary.talks:
        assert (DOCS / "img" / f"talks_{talk.id}.png").is_file()


def test_the_page_says_how_inputs_were_taken(made: TalksPage) -> None:
    assert made.summary.made.inputs == "fixed"
    accepted = replace(made.summary, made=replace(made.summary.made, inputs="accepted"))
    for page in (talks_markdown(accepted), tables_markdown(accepted)):
        assert "each with one of the sets of inputs that calibration accepted" in page
    assert "over what calibration leaves open" in tables_markdown(accepted)
    assert "it says nothing of doubtful inputs" in tables_markdown(made.summary)
