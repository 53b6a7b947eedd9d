"""Every command and every block of code in README and docs is executed, in order, as a reader would.

Words after the language of a block: ``exit=N`` the exit code of its last command, ``slow`` a full-size
command, run by ``make test-slow`` in a copy of the source tree, ``file=NAME`` a file to write.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.cli import app

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
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
    for block in blocks(page):
        where = f"{name(page)}:{block.line}"
        if block.language == "bash" and not block.is_slow:
            run_commands(block, where)
        elif block.language == "python":
            exec(compile(block.text, where, "exec"), {"__name__": "__main__"})
        elif "file" in block.marks:
            (tmp_path / block.marks["file"]).write_text(block.text, encoding="utf-8")
        else:
            assert block.language in {"bash", "yaml", "text", "json"}, f"{where}: nobody executes {block.language}"


def run_commands(block: Block, where: str) -> None:
    commands = [words for line in block.text.splitlines() if (words := shlex.split(line, comments=True))]
    assert commands, f"{where}: no command"
    for k, words in enumerate(commands):
        assert words[0] == "corridor", f"{where}: {words[0]} cannot be run quickly; mark the block slow"
        done = CliRunner().invoke(app, words[1:])
        wanted = int(block.marks.get("exit", 0)) if k == len(commands) - 1 else 0
        assert done.exit_code == wanted, f"{where}: {shlex.join(words)}\n{done.stderr}\n{done.exception!r}"


@pytest.mark.slow
@pytest.mark.parametrize("page", [p for p in PAGES if any(b.is_slow for b in blocks(p))], ids=name)
def test_full_size_commands(page: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    unwanted = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", "dist", "build")
    shutil.copytree(ROOT, source, ignore=unwanted)
    shim = tmp_path / "bin" / "corridor"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m sim.cli "$@"\n', encoding="utf-8")
    shim.chmod(0o755)
    for block in blocks(page):
        if block.is_slow:
            script = f'export PATH="{shim.parent}:$PATH"\n{block.text}'
            done = subprocess.run(["bash", "-euc", script], cwd=source, capture_output=True, text=True)
            assert done.returncode == 0, f"{name(page)}:{block.line}\n{done.stderr[-2000:]}"


def test_links_lead_somewhere() -> None:
    missing = []
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "://" not in target and not (page.parent / target).exists():
                missing.append(f"{name(page)}: {target}")
    assert missing == []
