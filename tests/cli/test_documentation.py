"""Every command and every block of code in README and docs is executed, in order, as a reader would.

Words after the language of a block: ``exit=N`` the exit code of its last command, ``slow`` a full-size
command, run by ``make test-slow`` in a copy of the source tree, ``file=NAME`` a file to write, ``output`` what the
commands before it print: every line of it, as it is, with ``...`` for what is left out. README's commands are run
a second time as a newcomer would, in one terminal.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.cli import app

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
#: Columns of the terminal for which samples of output are laid out.
WIDTH = "80"
FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    language: str
    marks: dict[str, str]
    text: str
    line: int

    @property
    def is_slow(self) -> bool:
        return "slow" in self.marks

    @property
    def is_output(self) -> bool:
        return self.language == "text" and "output" in self.marks


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    found = []
    for match in FENCE.finditer(text):
        marks = {key: value for key, _, value in (word.partition("=") for word in match[2].split())}
        found.append(Block(match[1], marks, match[3], text.count("\n", 0, match.start()) + 1))
    return found


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", [p for p in PAGES if any(not b.is_slow for b in blocks(p))], ids=name)
def test_a_page_does_what_it_says(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", WIDTH)
    printed = ""
    for block in blocks(page):
        where = f"{name(page)}:{block.line}"
        if block.language == "bash" and not block.is_slow:
            printed = run_commands(block, where)
        elif block.is_output and not block.is_slow:
            assert is_part_of(block.text, printed), f"{where}: not what the command prints, which is\n{printed}"
        elif block.language == "python":
            exec(compile(block.text, where, "exec"), {"__name__": "__main__"})
        elif "file" in block.marks:
            (tmp_path / block.marks["file"]).write_text(block.text, encoding="utf-8")
        else:
            assert block.language in {"bash", "yaml", "text", "json"}, f"{where}: nobody executes {block.language}"


def is_part_of(sample: str, printed: str) -> bool:
    """Whether whole lines of ``printed`` are the sample; ``...`` in it stands for any text."""
    lines = "\n".join(line.rstrip() for line in sample.strip("\n").splitlines())
    pattern = ".*?".join(map(re.escape, lines.split("...")))
    plain = "\n".join(line.rstrip() for line in printed.splitlines())
    return re.search(f"^{pattern}$", plain, re.MULTILINE | re.DOTALL) is not None


@pytest.mark.parametrize(
    ("sample", "is_same"),
    [
        ("a 1\n  b 2", True),
        ("a 1\n...\nc 3", True),
        ("a ...\n  b", False),
        ("  b 2", True),
        ("b 2", False),
        ("a 1\nc 3", False),
        ("a 1\n  b 3", False),
        ("c 3 \n", True),
    ],
)
def test_a_sample_is_compared_to_the_letter(sample: str, is_same: bool) -> None:
    assert is_part_of(sample, "head\na 1\n  b 2  \nc 3\n") == is_same


def test_no_sample_of_output_goes_unchecked() -> None:
    """Plain text after commands is their output, unless other text has come between them and a heading."""
    for page in PAGES:
        found = blocks(page)
        for before, block in pairwise(found):
            told = block.language == "text" and before.language == "bash" and page.name != "talks_tables.md"
            assert not told or block.is_output, f"{name(page)}:{block.line}: mark it 'output'"


def run_commands(block: Block, where: str) -> str:
    """What the commands print, one after the other."""
    commands = [words for line in block.text.splitlines() if (words := shlex.split(line, comments=True))]
    assert commands, f"{where}: no command"
    printed = ""
    for k, words in enumerate(commands):
        assert words[0] == "corridor", f"{where}: {words[0]} cannot be run quickly; mark the block slow"
        done = CliRunner().invoke(app, words[1:])
        wanted = int(block.marks.get("exit", 0)) if k == len(commands) - 1 else 0
        assert done.exit_code == wanted, f"{where}: {shlex.join(words)}\n{done.stderr}\n{done.exception!r}"
        printed += done.stdout
    return printed


@pytest.mark.slow
@pytest.mark.parametrize("page", [p for p in PAGES[1:] if any(b.is_slow for b in blocks(p))], ids=name)
def test_full_size_commands(page: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    unwanted = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", "dist", "build")
    shutil.copytree(ROOT, source, ignore=unwanted)
    shim = tmp_path / "bin" / "corridor"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m sim.cli "$@"\n', encoding="utf-8")
    shim.chmod(0o755)
    printed = ""
    for block in blocks(page):
        if block.is_output and block.is_slow:
            assert is_part_of(block.text, printed), f"{name(page)}:{block.line}: not what is printed:\n{printed}"
        elif block.is_slow:
            script = f'export PATH="{shim.parent}:$PATH"\n{block.text}'
            wide = os.environ | {"COLUMNS": WIDTH}
            done = subprocess.run(["bash", "-euc", script], cwd=source, capture_output=True, text=True, env=wide)
            assert done.returncode == 0, f"{name(page)}:{block.line}\n{done.stderr[-2000:]}"
            printed = done.stdout
        elif "file" in block.marks:
            (source / block.marks["file"]).write_text(block.text, encoding="utf-8")


def test_every_picture_of_the_pages_is_drawn_by_one_command() -> None:
    """``make docs-images`` runs every script beside the pictures, and each picture is named in one of them."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "for script in docs/img/draw_*.py" in makefile
    scripts = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "img").glob("draw_*.py"))
    drawn = {path.stem for path in (ROOT / "docs" / "img").glob("*.png")}
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    shown = {Path(target).stem for target in re.findall(r"\]\(([^)]+\.png)\)", text)}
    assert shown == drawn
    others = {stem for stem in drawn if f'"{stem}"' not in scripts and f"{stem}.png" not in scripts}
    assert others == {"talks", *(stem for stem in drawn if stem.startswith("talks_"))}


def test_links_lead_somewhere() -> None:
    missing = []
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "://" not in target and not (page.parent / target).exists():
                missing.append(f"{name(page)}: {target}")
    assert missing == []


def as_a_newcomer(commands: list[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run blocks one after the other in one terminal, on a path that has no ``corridor``."""
    path = [folder for folder in os.environ["PATH"].split(os.pathsep) if not (Path(folder) / "corridor").exists()]
    own = {key: value for key, value in os.environ.items() if key not in ("VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH")}
    return subprocess.run(
        ["bash", "-eu"],
        input="\n".join(commands),
        cwd=cwd,
        capture_output=True,
        text=True,
        env=own | {"PATH": os.pathsep.join(path)},
    )


@pytest.mark.slow  # the same commands run in one process in test_a_page_does_what_it_says
def test_what_follows_make_run_works_as_written(tmp_path: Path) -> None:
    """README's quick commands in their order; ``make run`` is stood in for by an environment with the program in it."""
    found = [block for block in blocks(ROOT / "README.md") if block.language == "bash"]
    first = found[0].text.splitlines()
    assert first[0] == "make run"
    venv.create(tmp_path / ".venv")
    (packages,) = (tmp_path / ".venv" / "lib").glob("python*/site-packages")
    (packages / "program.pth").write_text(f"{ROOT}\n" + "\n".join(p for p in sys.path if p.endswith("-packages")))
    command = tmp_path / ".venv" / "bin" / "corridor"
    command.write_text(f"#!{command.parent}/python\nfrom sim.cli import main\nmain()\n", encoding="utf-8")
    command.chmod(0o755)
    quick = [block.text for block in found if not block.is_slow]
    assert any("corridor run tutorial" in text for text in quick)
    done = as_a_newcomer([*first[1:], *quick], tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    assert as_a_newcomer(quick, tmp_path).returncode == 127  # without the second line there is no such command


@pytest.mark.slow
def test_the_readme_as_a_newcomer_follows_it(tmp_path: Path) -> None:
    source = tmp_path / "source"
    unwanted = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", "dist", "build")
    shutil.copytree(ROOT, source, ignore=unwanted)
    done = as_a_newcomer([block.text for block in blocks(ROOT / "README.md") if block.language == "bash"], source)
    assert done.returncode == 0, done.stderr[-2000:]


def test_the_score_of_the_base_is_that_of_the_page() -> None:
    """README and the talks' page cite the score of the last validation."""
    page = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
    score = re.search(r"in all: (\d+) hit, (\d+) near, (\d+) missed", page)
    assert score is not None
    hit, near, missed = score.groups()
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"**{hit} are hit, {near} near, {missed} missed**" in readme
    talks = (ROOT / "docs" / "talks.md").read_text(encoding="utf-8")
    assert f"{hit} are hit, {near} near and {missed} missed" in talks
