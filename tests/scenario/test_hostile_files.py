"""Files and texts of strangers: what is no plain file is not opened, what is too much is not read, nothing commands."""

from __future__ import annotations

import json
import os
import time

import pytest

from sim.errors import MOST_SHOWN, InputError, Problem
from sim.network.geofolder import read_geodata
from sim.scenario.load import load_scenario
from sim.scenario.yamlfile import LARGEST_FILE_BYTES, MOST_VALUES, parse_yaml, read_text
from sim.terminal import harmless

HEAD = "schema_version: 1\ntitle: t\nextends: tutorial\n"
#: Nothing here may take longer; on a quiet machine all of it takes well under a second.
LONGEST_S = 20.0


@pytest.fixture(autouse=True)
def in_time():
    begun = time.process_time()
    yield
    assert time.process_time() - begun < LONGEST_S


def refused(path) -> str:
    with pytest.raises(InputError) as told:
        read_text(path, "x.yaml")
    return str(told.value)


def test_what_is_no_plain_file_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.yaml")
    assert refused(tmp_path / "pipe.yaml") == "x.yaml: is no plain file but a pipe, a socket or a device"
    (tmp_path / "null.yaml").symlink_to("/dev/zero")
    assert refused(tmp_path / "null.yaml") == "x.yaml: is no plain file but a pipe, a socket or a device"
    assert refused(tmp_path) == "x.yaml: is a folder, not a file"


def test_a_link_out_of_the_folder_shows_nothing_of_what_it_leads_to(tmp_path):
    (tmp_path / "secret.txt").write_text("of: others")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "nodes.yaml").symlink_to(tmp_path / "secret.txt")
    assert refused(tmp_path / "in" / "nodes.yaml") == (
        "x.yaml: is a link that leads out of its folder; copy the file itself"
    )
    (tmp_path / "in" / "own.yaml").write_text("a: 1")
    (tmp_path / "in" / "alias.yaml").symlink_to("own.yaml")
    assert read_text(tmp_path / "in" / "alias.yaml", "x.yaml") == "a: 1"


def test_a_huge_file_is_refused_before_it_is_read(tmp_path):
    """Sparse: it takes no room on the disk, and would take six gigabytes of memory."""
    for name in ("nodes.geojson", "flows.yaml"):
        with (tmp_path / name).open("wb") as stream:
            stream.truncate(6_000_000_000)
    assert refused(tmp_path / "flows.yaml") == "x.yaml: is larger than 5 MB"
    _, problems = read_geodata(tmp_path)
    assert [p.message for p in problems] == ["is larger than 5 MB"] * 2
    edge = tmp_path / "edge.yaml"
    edge.write_bytes(b"# " + b"x" * (LARGEST_FILE_BYTES - 2))
    assert len(read_text(edge, "x.yaml")) == LARGEST_FILE_BYTES


def test_a_list_of_millions_is_not_read_to_its_end():
    text = HEAD + "set: {flows.W1.modes: [" + "1," * 2_400_000 + "1]}"
    with pytest.raises(InputError, match=f"s.yaml:4: holds more than {MOST_VALUES:,} values"):
        parse_yaml(text, "s.yaml")


def test_many_faults_are_counted_and_not_all_printed(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text(HEAD + "set:\n" + "".join(f"  wrong{k}: 1\n" for k in range(50_000)))
    with pytest.raises(InputError) as told:
        load_scenario(str(path))
    assert len(str(told.value)) < 20_000
    many = InputError(Problem("wrong", "f", k) for k in range(4_311))
    assert str(many).splitlines()[-1] == f"and {4_311 - MOST_SHOWN:,} more"
    assert len(many.problems) == 4_311
    assert len(str(InputError([Problem("x" * 100_000)]))) <= 1_000


def test_a_long_message_of_one_value_is_cut(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text(HEAD + f"set: {{processes.border_documents.duration: {'k' * 20_000}}}\ngeodata: {'g' * 5_000}\n")
    with pytest.raises(InputError) as told:
        load_scenario(str(path))
    assert max(map(len, str(told.value).splitlines())) <= 1_000


def test_nothing_that_commands_a_terminal_reaches_it():
    """Escape codes, marks of direction, carriage returns; what people write stays: tabs, lines, all scripts."""
    assert harmless("a\x1b]0;owned\x07\x1b[31mred\r\x9b2J") == r"a\u001b]0;owned\u0007\u001b[31mred\r\u009b2J"
    assert harmless("\u202eabc\u2066\u200b\ufeff") == r"\u202eabc\u2066\u200b\ufeff"
    plain = "Порт Ақтау\t中亞 Türkiye क्\u200dष 5 $ 🚢\n"
    assert harmless(plain) == plain
    title = json.dumps({"title": "a\u202eb\x7f"}, ensure_ascii=False)
    assert json.loads(harmless(title)) == {"title": "a\u202eb\x7f"}


def test_every_command_prints_through_one_place():
    from pathlib import Path

    import sim.cli
    import sim.terminal

    for module in Path(sim.cli.__file__).parent.glob("*.py"):
        assert " print(" not in module.read_text().replace("traceback.print_exc(", ""), module
    assert Path(sim.terminal.__file__).read_text().count(" print(") == 2
