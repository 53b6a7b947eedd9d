"""The words of the moving map, so that its script has none of its own."""

from __future__ import annotations

from collections.abc import Sequence

from sim.contract.plan import Cause
from sim.indicators import CAUSES, WAITING_CAUSES
from sim.language.forms import month
from sim.language.words import plural, tr


def words(scene_colours: Sequence[str] = ()) -> dict[str, object]:
    """Words and colours by what they are for; ``{n}`` and other names in braces are put in by the script."""
    from sim.plots import style

    return {
        "play": tr("Play"),
        "pause": tr("Pause"),
        "speed": tr("Speed"),
        "speeds": [
            {"words": tr("{hours} h a second", hours=hours) if hours < 24 else _days(hours // 24), "min": hours * 60}
            for hours in (1, 3, 6, 12, 24, 48, 96)
        ],
        "time": tr("Time"),
        "full": tr("Whole screen"),
        "keys": tr(
            "Space: play and pause. Arrow keys: a step back and on, with Shift a day. Plus and minus: speed. Home: start."
        ),
        "months": [month(number) for number in range(1, 13)],
        "days": [tr("Sun"), tr("Mon"), tr("Tue"), tr("Wed"), tr("Thu"), tr("Fri"), tr("Sat")],
        "underway": tr("shipments underway"),
        "waiting": tr("standing and waiting"),
        "handled": tr("being handled"),
        "arrived": tr("tonnes arrived since {day}"),
        "shut": tr("Shut"),
        "shut_more": tr("and {n} more"),
        "queue": tr("Discs are as large as the number of shipments that stand and wait, and cut by cause"),
        "rail": tr("train"),
        "road": tr("truck"),
        "sea": tr("ship"),
        "sea_empty": tr("ship without this cargo"),
        "pipeline": tr("oil in a pipeline"),
        "closed": tr("something shut here"),
        "thinned": tr("Of trains and trucks one in {n} is drawn; ships, queues and numbers are whole."),
        "sampled": tr("They are counted every {n} h and drawn evenly between; carriers move evenly along a line."),
        "picture": tr("Moving map: trains, trucks and ships on the lines, waiting shipments as discs at places"),
        "causes": [
            {
                "key": cause.name.lower(),
                "words": tr(CAUSES[cause.name.lower()]),
                "colour": style.CAUSES[cause.name.lower()][1],
                "waits": cause.name.lower() in WAITING_CAUSES,
            }
            for cause in Cause
        ],
        "colours": {
            "ink": style.INK,
            "muted": style.MUTED,
            "faint": style.FAINT,
            "land": style.LAND,
            "water": style.SEA,
            "border": style.BORDER,
            "train": style.INK,
            "truck": style.GREEN,
            "ship": style.BLUE,
            "pipeline": style.PURPLE,
            "shut": style.ORANGE,
            "country": "#8C8674",
            "scenes": list(scene_colours) or [style.BLUE, style.VERMILLION],
        },
    }


def _days(days: int) -> str:
    return plural("{count} day a second", "{count} days a second", days, count=days)
