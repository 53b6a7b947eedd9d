"""Entries as lines of text, as ``corridor find`` and ``corridor list`` print them."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from itertools import groupby
from urllib.parse import urlsplit

from sim.guide.entries import KINDS, Entry
from sim.guide.search import Found
from sim.report.texttable import capital

#: Letters of a value that a line shows; JSON has all.
_LONGEST_VALUE = 90


def found_text(found: Found, width: int, most: int) -> str:
    """What was found, kind by kind, at most ``most`` entries of each."""
    lines: list[str] = []
    for kind, group in groupby(found.entries, key=lambda entry: entry.kind):
        members, plural = list(group), KINDS[kind][0]
        lines += ["", f"{capital(plural)} ({len(members)})", *_lines(members[:most], width)]
        if len(members) > most:
            more = f"corridor find {' '.join(found.words)} --kind {plural} --most {len(members)}"
            lines += textwrap.wrap(f"and {len(members) - most} more: {more}", width, initial_indent="  ")
    return "\n".join(lines[1:])


def entries_text(entries: Sequence[Entry], width: int) -> str:
    """All of one kind."""
    return "\n".join(_lines(entries, width))


def _lines(entries: Sequence[Entry], width: int) -> list[str]:
    names = min(max((len(entry.key) for entry in entries), default=0), width // 2)
    lines: list[str] = []
    for entry in entries:
        head, below = f"  {entry.key:<{names}}  ", " " * (names + 4)
        if len(entry.key) > names:
            lines.append(f"  {entry.key}")
            head = below
        lines += textwrap.wrap(_sentence(entry), max(width, names + 24), initial_indent=head, subsequent_indent=below)
    return lines


def _sentence(entry: Entry) -> str:
    value = entry.value if len(entry.value) <= _LONGEST_VALUE else entry.value[: _LONGEST_VALUE - 3] + "..."
    shown = " ".join(filter(None, (value, entry.unit if entry.unit not in ("as written", "by part") else "")))
    title = f"{entry.title}: {shown}" if shown else entry.title
    if entry.kind != "parameter":
        return title
    source = urlsplit(entry.source).netloc.removeprefix("www.") if "://" in entry.source else entry.source
    return f"{title} ({', '.join(filter(None, (entry.grade, source)))})"
