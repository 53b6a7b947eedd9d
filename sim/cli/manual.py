"""A page for every command, from the same records as ``--help``: ``docs/commands``."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import typer

from sim.cli import MODULES, app

#: Words for the commands of a module, and pages that say what stands behind them (below ``docs``).
GROUPS: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "running": (
        "Run a scenario",
        (
            ("Tutorial", "tutorial.md"),
            ("Reading the figures", "concepts/figures.md"),
            ("What a run stores", "results.md"),
        ),
    ),
    "comparing": (
        "Ask what if",
        (
            ("Comparing scenarios", "concepts/comparing.md"),
            ("Bottlenecks and capacity", "concepts/bottlenecks.md"),
            ("What a million buys", "concepts/ranking.md"),
            ("What a scheme earns", "concepts/appraisal.md"),
            ("Demand that can say no", "concepts/demand.md"),
            ("A date", "concepts/handing_on.md#a-date"),
        ),
    ),
    "futures": (
        "Ask thousands of futures",
        (("Thousands of futures", "concepts/futures.md"), ("The store of points", "concepts/points.md")),
    ),
    "evidence": (
        "See what may be believed",
        (
            ("What may be believed", "credibility.md"),
            ("The base beside what was published", "validation.md"),
            ("The talks", "talks.md"),
        ),
    ),
    "calibrate": (
        "Rule out inputs",
        (("Calibrated by ruling out", "concepts/calibration.md"), ("The record", "calibration.md")),
    ),
    "finding": (
        "Find and look up",
        (
            ("Scenarios and interventions", "concepts/scenarios.md"),
            ("Geodata", "concepts/geodata.md"),
            ("Every parameter", "parameters.md"),
        ),
    ),
    "route": ("Find a way", (("Ways between two places", "concepts/handing_on.md#ways-between-two-places"),)),
    "serve": ("Work in the browser", (("The live page", "howto/live_page.md"),)),
    "handing_on": ("Hand on an answer", (("Answers to hand on", "concepts/handing_on.md"),)),
}
_EDIT = "Written by `make docs-reference` from what `{command} --help` says; do not edit."
_CODES = (
    ("0", "done"),
    ("1", "a check did not hold"),
    ("2", "invalid input"),
    ("3", "the run failed"),
    ("130", "interrupted (143 by SIGTERM)"),
)


def pages() -> dict[str, Callable[[], str]]:
    """File below ``docs`` -> what makes it: the list of commands, and a page for each."""
    made: dict[str, Callable[[], str]] = {"commands/index.md": index}
    for command, group in _commands().items():
        made[f"commands/{command}.md"] = partial(page, command, group)
    return made


def index() -> str:
    """``docs/commands/index.md``: every command in one line, by what it is for."""
    lines = ["# Every command", "", _EDIT.format(command="corridor"), ""]
    found = _commands()
    for group, (title, _) in GROUPS.items():
        own = [command for command, its in found.items() if its == group]
        lines += [f"## {title}", "", *(f"- [corridor {name}]({name}.md): {_said(name)[0]}" for name in own), ""]
    lines += ["## Exit codes", "", "| code | what it means |", "|---|---|"]
    return "\n".join([*lines, *(f"| {code} | {words} |" for code, words in _CODES)])


def page(name: str, group: str) -> str:
    """The page of one command: what it does, its arguments and options, and where to read on."""
    group_of_all = typer.main.get_command(app)
    whole = group_of_all.context_class(group_of_all, info_name="corridor", **group_of_all.context_settings)
    command = _click(name)
    context = command.context_class(command, parent=whole, info_name=name)
    first, *rest = _said(name)
    lines = [f"# corridor {name}", "", first, ""]
    for paragraph in rest:
        lines += [paragraph, ""]
    lines += ["```text", f"corridor {name} {' '.join(command.collect_usage_pieces(context))}", "```", ""]
    records = [(one.param_type_name, one.get_help_record(context)) for one in command.get_params(context)]
    for kind, title in (("argument", "Arguments"), ("option", "Options")):
        own = [record for its, record in records if its == kind and record is not None]
        if own:
            lines += [f"## {title}", "", f"| {kind} | meaning |", "|---|---|"]
            lines += [f"| `{_cell(sign)}` | {_cell(_plain(said))} |" for sign, said in own] + [""]
    behind = "; ".join(f"[{title}](../{target})" for title, target in GROUPS[group][1])
    return "\n".join(
        [*lines, f"Behind it: {behind}. [Every command](index.md).", "", _EDIT.format(command=f"corridor {name}")]
    )


def _commands() -> dict[str, str]:
    """Command -> the module that has it, in the order of the help."""
    return {
        command.__name__.rstrip("_"): module.__name__.rsplit(".")[-1]
        for module in MODULES
        for command in module.COMMANDS
    }


def _click(name: str) -> Any:
    return typer.main.get_command(app).commands[name]  # type: ignore[attr-defined]  # a group


def _said(name: str) -> list[str]:
    """The paragraphs of a command's help."""
    return [_plain(" ".join(part.split())) for part in inspect.cleandoc(_click(name).help).split("\n\n")]


def _plain(words: str) -> str:
    """Words as Markdown shows them: signs that would mean something to it are escaped."""
    return re.sub(r"([\\`*_\[\]<>#])", r"\\\1", words)


def _cell(words: str) -> str:
    return " ".join(words.split()).replace("|", "\\|")
