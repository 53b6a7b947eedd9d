"""Options that several commands share are of one place, and alike in all of them."""

from dataclasses import fields

import typer

from sim.cli import app
from sim.cli.options import Drawing, Repeating, Simulating

COMMANDS = typer.main.get_command(app).commands
#: One command of each kind.
KINDS = {"talks": Repeating, "demand": Simulating, "compare": Drawing}


def test_commands_of_a_kind_take_the_same_options():
    for kind in KINDS.values():
        names = [field.name for field in fields(kind)]
        of_it = {name: command for name, command in COMMANDS.items() if set(names) <= {p.name for p in command.params}}
        assert set(KINDS) & set(of_it), kind
        for option in names:
            shapes = {
                (tuple(p.opts), repr(p.default), p.help, p.metavar)
                for command in of_it.values()
                for p in command.params
                if p.name == option
            }
            assert len(shapes) == 1, (kind, option, shapes)


def test_what_is_changed_stands_before_how_it_is_run():
    for name in ("demand", "compare", "run", "sweep"):
        options = [p.name for p in COMMANDS[name].params]
        assert options.index("set_") < options.index("seed"), name


def test_a_command_gets_what_was_said():
    shared = Drawing(set_=["a.b=1"], seed=3, no_figures=True)
    assert shared.asked()["overrides"] == ["a.b=1"]
    assert shared.asked()["seed"] == 3
    assert shared.asked()["figures"] is False
    assert "figures" not in Simulating().asked()
    assert "overrides" not in Repeating().asked()
