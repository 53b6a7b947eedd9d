"""The words of the moving map, so that its script has none of its own."""

from __future__ import annotations

from typing import Any

from sim.contract.plan import Cause
from sim.indicators import CAUSES, WAITING_CAUSES


def words() -> dict[str, Any]:
    """Words and colours by what they are for; ``{n}`` and other names in braces are put in by the script."""
    from sim.plots import style

    return {
        "play": "Play",
        "pause": "Pause",
        "speed": "Speed",
        "speeds": [
            {"words": f"{hours} h a second" if hours < 24 else _days(hours // 24), "min": hours * 60}
            for hours in (1, 3, 6, 12, 24, 48, 96)
        ],
        "time": "Time",
        "full": "Whole screen",
        "keys": "Space: play and pause. Arrow keys: a step back and on, with Shift a day. Plus and minus: speed. Home: start.",
        "months": list(style.MONTHS),
        "days": ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"],
        "underway": "shipments underway",
        "waiting": "standing and waiting",
        "handled": "being handled",
        "arrived": "tonnes arrived since {day}",
        "shut": "Shut",
        "shut_more": "and {n} more",
        "queue": "Discs are as large as the number of shipments that stand and wait, and cut by cause",
        "rail": "train",
        "road": "truck",
        "sea": "ship",
        "sea_empty": "ship without this cargo",
        "pipeline": "oil in a pipeline",
        "closed": "something shut here",
        "thinned": "Of trains and trucks one in {n} is drawn; ships, queues and numbers are whole.",
        "sampled": "They are counted every {n} h and drawn evenly between; carriers move evenly along a line.",
        "picture": "Moving map: trains, trucks and ships on the lines, waiting shipments as discs at places",
        "causes": [
            {
                "key": cause.name.lower(),
                "words": CAUSES[cause.name.lower()],
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
            "scenes": [style.BLUE, style.VERMILLION],
        },
    }


def _days(days: int) -> str:
    return "1 day a second" if days == 1 else f"{days} days a second"
