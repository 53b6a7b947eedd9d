"""The talks behind the project: what was said, the interventions that stand for it, the comparisons that answer it.

They stand in ``talks.yaml`` beside the scenarios. Nothing in that file is a result.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StrictStr, TypeAdapter, ValidationError, field_validator, model_validator

from sim.errors import InputError, Problem, nearest
from sim.indicators import measure
from sim.scenario.described import described
from sim.scenario.faults import faults
from sim.scenario.interventions import read_catalogue
from sim.scenario.library import TALKS_FILE, list_not_carried, scenario_paths, scenarios_dir, shown
from sim.scenario.values import Number, Strict
from sim.scenario.yamlfile import Document, KeyPath, read_yaml

Reason = Annotated[StrictStr, Field(min_length=1)]
#: Key of the file under which a sentence stands that heads the page; all other keys are talks.
NOTICE = "notice"


class Statement(Strict):
    """One thing that was said, paraphrased, with its public source and what stands for it."""

    said: StrictStr = described("What was said, paraphrased.", min_length=1)
    source: StrictStr = described("Link to where it was published.", pattern="^https?://")
    interventions: tuple[StrictStr, ...] = described("Interventions that stand for it.", default=())
    scenarios: tuple[StrictStr, ...] = described("Scenarios that answer it.", default=())


class Criterion(Strict):
    """What must hold for a question to be answered with Yes, one bound on one indicator of one scenario.

    ``of`` says of what the bound is: the indicator's level in the scenario, its difference from the base, or that
    difference in per cent of the base. Where the bound is published, ``source`` links to it; else ``why`` says why it
    is this one.
    """

    kpi: StrictStr = described("Indicator, as KPI of SCOPE.")
    scenario: StrictStr = described("Scenario of the comparison; empty: its first.", default="")
    than: StrictStr = described(
        "Another scenario of the comparison whose difference from the base is taken off.", default=""
    )
    of: Literal["level", "difference", "relative"] = described("Of what the bound is.", default="difference")
    at_least: Number | None = described("Lowest value with which it holds.", "of the indicator", default=None)
    at_most: Number | None = described("Highest value with which it holds.", "of the indicator", default=None)
    about: Number | None = described("Value within 10 % of which it holds.", "of the indicator", default=None)
    must: Literal["fall", "rise"] | None = described("A difference that must be shown.", default=None)
    source: StrictStr = described("Link to where the bound was published.", pattern="^(https?://.*)?$", default="")
    why: StrictStr = described("Why the bound is this one, where it is not published.", default="")

    @field_validator("kpi")
    @classmethod
    def _one_indicator(cls, text: str) -> str:
        return str(measure(text))

    @model_validator(mode="after")
    def _complete(self) -> Criterion:
        if sum(bound is not None for bound in (self.at_least, self.at_most, self.about, self.must)) != 1:
            raise ValueError("give one of at_least, at_most, about, must")
        if self.of == "level" and (self.must or self.than):
            raise ValueError("must and than are of a difference, not of a level")
        if not self.must and bool(self.source) == bool(self.why):
            raise ValueError("give either source, where the bound was published, or why it is this one")
        return self


class Promise(Strict):
    """A published figure that is drawn beside a question's answer and judges nothing: it has another scope or year."""

    text: StrictStr = described("What was promised, in words.", min_length=1)
    value: Number = described("The figure, of the first criterion's indicator.", "of the indicator")
    source: StrictStr = described("Link to where it was published.", pattern="^https?://")


class Asked(Strict):
    """One comparison of scenarios with a base. Indicators are written ``KPI of SCOPE``.

    Yes: all of ``judged`` hold; Partly: some do; No: none does and one is shown not to. Without ``judged`` the first
    scenario's primary indicator must be shown to become better.
    """

    base: StrictStr = described("Scenario that the others are compared with.")
    scenarios: tuple[StrictStr, ...] = described("Scenarios that are compared with the base.", min_length=1)
    asks: StrictStr = described(
        "Question that the first scenario answers, for a row in the page's first table.", default=""
    )
    primary_kpi: StrictStr = described("Primary indicator, in place of the scenarios' own.", default="")
    level: StrictStr = described("Indicator whose level in both runs is shown beside the difference.", default="")
    show: tuple[StrictStr, ...] = described("More indicators.", default=())
    withdrawn: dict[StrictStr, Reason] = described("Scenario -> why its answer is not given.", default_factory=dict)
    judged: tuple[Criterion, ...] = described("What must hold for Yes; the first is the number shown.", default=())
    sentence: StrictStr = described(
        "What is found, in words that hold whatever is found; {found}, {today} and {bound} of the first criterion.",
        default="",
    )
    promised: Promise | None = described("A published figure drawn beside it and not judged.", default=None)
    leads: bool = described("Whether its answer heads the page of the talk.", default=False)

    @field_validator("primary_kpi", "level")
    @classmethod
    def _one_indicator(cls, text: str) -> str:
        return str(measure(text)) if text else text

    @field_validator("show")
    @classmethod
    def _indicators(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(str(measure(text)) for text in texts)

    @field_validator("sentence")
    @classmethod
    def _known_numbers(cls, text: str) -> str:
        try:
            text.format(found="", today="", bound="")
        except (LookupError, ValueError):
            raise ValueError("braces hold {found}, {today} or {bound} and nothing else") from None
        return text

    @model_validator(mode="after")
    def _judged_by_its_own(self) -> Asked:
        for name in (name for one in self.judged for name in (one.scenario, one.than)):
            if name and name not in self.scenarios:
                raise ValueError(f"judged: {name!r} is no scenario of this comparison{nearest(name, self.scenarios)}")
        return self


class Claim(Strict):
    """A published figure: ``low`` alone is "at least", ``high`` alone "at most", ``value`` "about".

    It is held against the level of an indicator in ``scenario``, or against its difference from the base in
    the indicator's unit (``difference``) or in per cent of the base (``relative``). Like is compared with like: a
    level only with a run that stands for its ``year`` as it ran, so that no what-if is held against a level.
    """

    text: StrictStr = described("What was published, in words.", min_length=1)
    scenario: StrictStr = described("Scenario against which it is held.")
    kpi: StrictStr = described("Indicator against which it is held, as KPI of SCOPE.", default="")
    of: Literal["level", "difference", "relative"] = described(
        "Whether against the indicator's level, its difference from the base, or that in per cent.", default="level"
    )
    year: Annotated[int, Field(strict=True, ge=1900, le=2200)] | None = described(
        "Year of a published level.", "calendar year", default=None
    )
    observation: StrictStr = described("Id of the published figure, for its role.", default="")
    low: Number | None = described("Lowest value: at least so much.", "{unit}", default=None)
    high: Number | None = described("Highest value: at most so much.", "{unit}", default=None)
    value: Number | None = described("The value: about so much.", "{unit}", default=None)
    unit: StrictStr = described("Unit of the figures; empty: that of the indicator.", default="")
    source: StrictStr = described("Link to where it was published.", pattern="^https?://")

    @model_validator(mode="after")
    def _complete(self) -> Claim:
        if (self.value is None) == (self.low is None and self.high is None):
            raise ValueError("give either value, or low, high or both")
        if self.kpi:
            measure(self.kpi)
        return self


class Talk(Strict):
    """One talk, with everything that the page says of it but the results."""

    title: StrictStr = described("Title of the talk.", min_length=1)
    statements: tuple[Statement, ...] = described("What was said.", min_length=1)
    comparisons: tuple[Asked, ...] = described("Comparisons that answer it.", min_length=1)
    claims: tuple[Claim, ...] = described("Published figures that results are held against.", default=())
    caveats: tuple[StrictStr, ...] = described("What a reader must know before citing the answers.", min_length=1)

    def interventions(self) -> list[str]:
        """Ids that stand for what was said, each once."""
        return list(dict.fromkeys(id_ for said in self.statements for id_ in said.interventions))

    def scenarios(self) -> list[str]:
        """Scenarios that are run for it, bases included, each once."""
        return list(dict.fromkeys(name for c in self.comparisons for name in (c.base, *c.scenarios)))


def read_talks(path: Path | None = None) -> dict[str, Talk]:
    """The talks by name, from ``path`` or the library's own file.

    Scenarios and interventions are those of the file's folder and the library. Raises ``InputError`` with every
    fault: wrong shapes, then interventions, scenarios and claims that lead nowhere.
    """
    path = path or scenarios_dir() / TALKS_FILE
    document = read_yaml(path, shown(path))
    given = (
        {key: value for key, value in document.value.items() if key != NOTICE}
        if isinstance(document.value, dict)
        else document.value
    )
    try:
        talks = TypeAdapter(dict[str, Talk]).validate_python(given)
    except ValidationError as error:
        raise InputError(
            faults(error, dict[str, Talk], document.value, "", lambda at: (document.file, document.line(at)))
        ) from None
    problems = _dead_ends(talks, document, path.parent)
    if problems:
        raise InputError(problems)
    return talks


def read_notice(path: Path | None = None) -> str:
    """The sentence under ``notice``, which heads the page; empty if there is none. Raises ``InputError``."""
    path = path or scenarios_dir() / TALKS_FILE
    document = read_yaml(path, shown(path))
    found = document.value.get(NOTICE, "") if isinstance(document.value, dict) else ""
    if not isinstance(found, str):
        raise InputError([document.problem((NOTICE,), f"{NOTICE}: should be a text")])
    return found


def _dead_ends(talks: dict[str, Talk], document: Document, folder: Path) -> list[Problem]:
    """What names an intervention or a scenario that there is not, or a scenario that no comparison runs."""
    catalogue = read_catalogue(folder)
    library = {*scenario_paths(), *scenario_paths(folder)}
    problems: list[Problem] = []

    def look(name: str, known: set[str], what: str, at: KeyPath) -> None:
        if name not in known:
            problems.append(document.problem(at, f"no {what} {name!r}{nearest(name, known)}"))

    for talk_name, talk in talks.items():
        compared, answers = set(talk.scenarios()), {name for asked in talk.comparisons for name in asked.scenarios}
        for k, said in enumerate(talk.statements):
            at = (talk_name, "statements", k)
            for id_ in said.interventions:
                look(id_, set(catalogue), "intervention", (*at, "interventions"))
            for name in said.scenarios:
                look(name, compared | set(list_not_carried()), "comparison of this talk with", (*at, "scenarios"))
        for k, asked in enumerate(talk.comparisons):
            for name in (asked.base, *asked.scenarios):
                look(name, library, "scenario", (talk_name, "comparisons", k))
            for name in asked.withdrawn:
                look(name, set(asked.scenarios), "scenario of this comparison", (talk_name, "comparisons", k))
        for k, claim in enumerate(talk.claims):
            look(claim.scenario, answers, "comparison of this talk with", (talk_name, "claims", k, "scenario"))
            if claim.of != "level" and not claim.kpi:
                problems.append(document.problem((talk_name, "claims", k), f"a claim of a {claim.of} needs a kpi"))
    return problems
