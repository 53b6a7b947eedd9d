"""The answers to the talks as one HTML file: the page of ``docs/talks.md`` with its pictures inside."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sim.handout.report import Report, drawn, report_html
from sim.handout.target import target_path, write_target
from sim.language.words import tr
from sim.report.page import Page
from sim.studies.talks.drawn import bar_figures
from sim.studies.talks.page import talks_page
from sim.studies.talks.summary import TalksSummary


def report_path(target: str, force: bool = False) -> Path:
    """The file that is asked for. Raises InputError: another ending than .html, no such folder, or it is there."""
    return target_path(target, (".html", ".htm"), force)


def write_talks_report(summary: TalksSummary, target: str, force: bool = False) -> Path:
    """Write the report; raises as ``report_path`` does, and RunError if the disk is full."""
    path = report_path(target, force)
    write_target(path, report_html(report_of_talks(summary)).encode(), force)
    return path


def report_of_talks(summary: TalksSummary) -> Report:
    """The report: the table of questions on top, then a section a talk with its picture."""
    page = talks_page(summary)
    short, *talks = page.sections
    pictures = {path: drawn(figure) for path, figure in bar_figures(summary)}
    sections = [replace(talk, notes=[note for note in talk.notes if not getattr(note, "link", "")]) for talk in talks]
    made = summary.made
    return Report(
        tr("Report on the talks"),
        Page(page.title, sections=sections, notes=page.notes),
        numbers=short.table,
        warnings=[str(note) for note in short.notes],
        facts=tr(
            "Made by {command}, seed {seed}; sources, runs and every number: docs/talks_tables.md",
            command=made.command,
            seed=made.seed,
        ),
        inside=pictures,
    )
