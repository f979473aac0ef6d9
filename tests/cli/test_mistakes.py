"""What people do wrong at the command line, and what would harm them: refused in a sentence before anything is done."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from attrs import evolve

from hvstudio.cli.commands import COMMANDS, command_of, command_parser
from hvstudio.cli.main import main
from hvstudio.cli.output.terminal import columns, harmless, on_one_line
from hvstudio.cli.output.writing import shown_seconds, table
from hvstudio.files.examples import example_text, load_example
from hvstudio.files.store import load, save

Captured = pytest.CaptureFixture[str]
QUICK = ["--duration", "0.2", "--replications", "1"]
SWEEP = ["--vary", "VM.virtual_processors=1,2"]


@pytest.fixture
def native(tmp_path: Path) -> Path:
    path = tmp_path / "native.hvs"
    path.write_text(example_text("native"), encoding="utf-8")
    return path


@pytest.mark.parametrize("command", [["simulate"], ["sweep", *SWEEP]], ids=["simulate", "sweep"])
def test_results_never_replace_the_document(command: list[str], native: Path, capsys: Captured) -> None:
    name, *more = command
    linked = native.with_name("linked.csv")
    linked.symlink_to(native)
    for target in (native, linked):
        assert main([name, str(native), *more, *QUICK, "--csv", str(target)]) == 2
        assert "this is the document itself" in capsys.readouterr().err
    assert load(native) == load_example("native")


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("other.hvs", "names ending in .hvs are for documents"),
        ("", "this is a folder"),
        ("nowhere/x.csv", "there is no folder"),
    ],
)
def test_where_results_cannot_go_is_told_before_the_run(native: Path, capsys: Captured, target: str, told: str) -> None:
    assert main(["simulate", str(native), "--duration", "1e6", "--csv", str(native.parent / target)]) == 2
    assert told in capsys.readouterr().err


def test_a_mistyped_command_is_named_and_the_right_one_offered(capsys: Captured) -> None:
    assert main(["simulte", "x.hvs"]) == 2
    assert "no command and no file “simulte”. Did you mean: hvstudio simulate?" in capsys.readouterr().err
    assert main(["frobnicate"]) == 2
    assert "The commands are validate, " in capsys.readouterr().err


def test_an_empty_name_is_no_folder(capsys: Captured) -> None:
    assert main(["validate", ""]) == 2
    assert "the name of the file is empty" in capsys.readouterr().err


def test_writing_an_example_needs_its_name(tmp_path: Path, capsys: Captured) -> None:
    target = tmp_path / "x.hvs"
    assert main(["examples", "-o", str(target)]) == 2
    assert "which example should be written there?" in capsys.readouterr().err
    assert not target.exists()


def test_writing_an_example_over_a_document_keeps_the_document(native: Path) -> None:
    mine = evolve(load(native), title="Mine")
    save(mine, native)
    assert main(["examples", "virtual-pc", "-o", str(native)]) == 0
    assert load(native) == load_example("virtual-pc")
    assert load(native.with_name("native.hvs.bak")).title == "Mine"


def test_a_fraction_of_a_processor_is_not_rounded_silently(native: Path, capsys: Captured) -> None:
    for values in ("1.5", "1:2:0.5"):
        assert main(["sweep", str(native), "--vary", f"VM.virtual_processors={values}", *QUICK]) == 2
        assert "must be a whole number, and 1.5 is none" in capsys.readouterr().err


def test_a_sweep_shows_names_and_units(native: Path, capsys: Captured) -> None:
    assert main(["sweep", str(native), "--vary", "vm-12.memory_bytes=1 GiB,2 GiB", *QUICK]) == 0
    out = capsys.readouterr().out
    assert "VM.memory_bytes" in out
    assert "\n          1 GiB  Linux" in out


def test_names_of_a_document_cannot_steer_the_terminal(native: Path, capsys: Captured) -> None:
    document = load(native)
    blocks = {
        block.id: evolve(block, name="\x1b[31mV\u202eM\nx") if block.kind == "vm" else block
        for block in document.blocks.values()
    }
    save(evolve(document, title="T\x1b]0;title\x07", blocks=blocks), native)
    for command in (["validate"], ["estimate"], ["simulate", "--duration", "0.2"]):
        assert main([command[0], str(native), *command[1:]]) == 0
        printed = "".join(capsys.readouterr())
        assert not set(printed) & {"\x1b", "\x07", "\u202e"}


def test_text_for_a_terminal() -> None:
    assert harmless("plain\ntext") == "plain\ntext"
    assert harmless("\x1b[2J\x9b") == "�[2J�"
    assert on_one_line("a\n b\tc") == "a b c"
    assert on_one_line("数据库", 5) == "数据…"
    assert (columns("abc"), columns("数据"), columns("e\u0301")) == (3, 4, 1)


def test_a_duration_is_shown_in_the_unit_that_it_rounds_to() -> None:
    assert [shown_seconds(value) for value in (0.9996, 0.9994, 1.5e-3, 0.0)] == ["1 s", "999 ms", "1.5 ms", "0"]


def test_columns_stand_under_one_another_in_every_script() -> None:
    first, _, *rows = table(("Name", "N"), [("数据", "1"), ("ab", "22"), ("x" * 60, "3")]).splitlines()
    assert {columns(line) for line in (first, *rows)} == {40 + 2 + 2}  # the widest name, the gap, the widest number


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_with_examples_that_parse(command: str, capsys: Captured) -> None:
    assert main([command, "--help"]) == 0
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    shown = [line for line in lines if line.startswith(f"hvstudio {command} ")]
    for line in shown:
        words = shlex.split(line.partition(" | ")[0])[1:]
        assert words[0] == command
        command_parser(command, command_of(command)).parse_args(words[1:])  # a wrong example would exit
    assert shown or command == "import"
