"""The ``corridor`` command: parse, call, print one summary, give an exit code. No logic lives here.

Exit codes: 0 done, 1 a check did not hold, 2 invalid input, 3 the run failed, 130 interrupted (143 by SIGTERM).
Everything but typer is imported inside the commands, so that ``corridor --help`` answers at once.
"""

from __future__ import annotations

import gc
import sys
from typing import Annotated

import typer

from sim.cli import calibrate, comparing, evidence, finding, futures, handing_on, route, running, serve
from sim.cli.language import Language, Program, Told, with_language
from sim.terminal import drop_output, heed_termination, interrupted, leave, open_output, put, say, system_words

app = typer.Typer(
    cls=Program,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        from importlib import import_module

        put(f"corridor {import_module('sim').__version__}")
        raise typer.Exit


@app.callback()
def _corridor(
    version: Annotated[
        bool, typer.Option("--version", help="print the version", is_eager=True, callback=_version)
    ] = False,
    language: Language = None,
) -> None:
    """Simulate freight on the Middle Corridor, from China over the Caspian to Europe."""


#: In the order of the help.
MODULES = (running, comparing, futures, evidence, calibrate, finding, route, handing_on, serve)
for _command in (command for module in MODULES for command in module.COMMANDS):
    app.command(_command.__name__.rstrip("_"), cls=Told)(with_language(_command))


def main() -> None:
    """Entry point of the ``corridor`` command."""
    gc.set_threshold(50_000, 10, 10)  # imports make many objects and no garbage: look seldom
    heed_termination()
    try:
        open_output()
        app()
    except SystemExit as end:
        leave(end.code)
        raise
    except OSError as error:  # outside of a command's own work, e.g. the help on a full disk
        drop_output()
        say(system_words(error))
        sys.exit(3)
    except KeyboardInterrupt as stop:  # outside of a command's own work, e.g. while it starts
        sys.exit(interrupted(stop))
    except Exception:
        import traceback

        traceback.print_exc()
        say("This is a fault of the program, not of your input; please report it with the lines above.")
        sys.exit(3)
    finally:
        gc.disable()  # at exit Python would look through all modules for garbage: a third of a second for nothing
