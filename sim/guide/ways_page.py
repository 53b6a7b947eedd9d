"""The ways between two places as a page."""

from __future__ import annotations

from collections.abc import Iterator

from sim.guide.ways import FoundWay, Ways
from sim.report.page import Page, Point, Section, Table
from sim.report.texttable import counted, number

HEAD = ("way", "d", "km", "USD", "kg CO2e", "borders")


def ways_page(found: Ways) -> Page:
    """The table of ways, the quickest first, then what each one is."""
    title = (
        f"From {found.origin_title} to {found.destination_title}: {counted(len(found.ways), 'way')} for {found.cargo}"
    )
    rows = [
        (
            f"{k}. {_via(way)}",
            number(way.free_h / 24),
            number(way.km),
            number(way.usd),
            number(way.kg_co2e),
            str(len(way.borders)),
        )
        for k, way in enumerate(found.ways, start=1)
    ]
    table = Section(f"On {found.day}, free of waiting; USD and CO2e of one {found.unit}", table=Table(HEAD, rows))
    each = [Section(f"{k}. {_via(way)}", list(_points(way))) for k, way in enumerate(found.ways, start=1)]
    return Page(title, sections=[table, *each], notes=_notes(found))


def _via(way: FoundWay) -> str:
    return "by " + ", ".join(way.via) if way.via else "direct"


def _points(way: FoundWay) -> Iterator[str | Point]:
    parts = (("moving", way.moving_h), ("handling", way.handling_h), ("formalities", way.formalities_h))
    yield "; ".join(f"{what} {number(hours)} h" for what, hours in parts)
    if way.services:
        yield f"by sea: {', '.join(way.services)}"
    if way.borders:
        crossed = ", ".join(f"{'-'.join(one.countries)} ({' / '.join(one.places)})" for one in way.borders)
        yield f"borders: {crossed}"
    if way.unpriced:
        yield f"no tariff is known for: {', '.join(way.unpriced)}"
    yield f"flows that go by it: {', '.join(way.flows)}" if way.flows else "no flow of the scenario goes by it"


def _notes(found: Ways) -> list[str]:
    return [
        "d: running, sailing, handling and formalities as expected, without any wait for a vessel, capacity, a train or "
        "equipment; a run has these.",
        f"USD and kg CO2e: tariffs and factors of the day, load, formalities and handling as of flow {found.priced_as}; what "
        "rests on assumptions: corridor find tariffs.",
        "Ways differ in a border or a sea leg. Choosing one for a flow: docs/howto/add_rows.md.",
    ]
