"""The command line as a whole: exit codes, messages, and a clean end whatever happens."""

from __future__ import annotations

import io
import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hvstudio import __version__
from hvstudio.cli import main as cli
from hvstudio.cli.main import main
from hvstudio.cli.window import qt_explained
from hvstudio.files.examples import example_names, example_text
from hvstudio.files.native import FORMAT_VERSION
from hvstudio.files.store import load
from hvstudio.model.document import Document

COMMANDS = ("validate", "estimate", "simulate", "compare", "sweep", "export", "import", "examples")


def run_program(*arguments: str, **keywords: object) -> subprocess.CompletedProcess[str]:
    """The real program in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "hvstudio", *arguments],
        capture_output=True, text=True, check=False, timeout=120, encoding="utf-8", **keywords,  # type: ignore[call-overload]
    )  # fmt: skip


def test_the_version_tells_which_engine_is_in_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"hvstudio {__version__} (engine: ")
    assert "compiled" in out or "interpreted" in out


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(f"\n  {name} " in out for name in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    assert f"usage: hvstudio {command}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--frobnicate"], "unrecognized arguments"),
        (["a.hvs", "b.hvs"], "unrecognized arguments"),
        (["validate"], "required: FILE"),
        (["validate", "x.hvs", "--as", "type3"], "invalid choice"),
        (["validate", "x.hvs", "--json", "--sarif"], "not allowed with"),
        (["simulate", "x.hvs", "--duration", "0"], "Example: --duration 60"),
        (["simulate", "x.hvs", "--duration", "nan"], "Example: --duration 60"),
        (["simulate", "x.hvs", "--duration", "5 parsecs"], "not a unit"),
        (["simulate", "x.hvs", "--warmup", "-1"], "--warmup auto"),
        (["simulate", "x.hvs", "--seed", "1.5"], "whole number"),
        (["simulate", "x.hvs", "--replications", "0"], "from 1 to"),
        (["simulate", "x.hvs", "--json", "--csv", "o"], "not allowed with"),
        (["compare", "x.hvs", "--types", "type4"], "Choose from type1,type2,hybrid,native"),
        (["sweep", "x.hvs"], "--vary"),
        (["export", "x.hvs"], "-o"),
        (["export", "x.hvs", "-o", "a.png", "--scale", "9"], "From 1 to 8"),
        (["export", "x.hvs", "-o", "a.png", "--theme", "pink"], "invalid choice"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_what_is_right(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.out == ""


BAD_FILES = {
    "empty.hvs": (b"", "empty"),
    "truncated.hvs": (b'{"format": "hvstudio",\n "vers', "line 2"),
    "newer.hvs": (b'{"format": "hvstudio", "version": 99}', f"up to version {FORMAT_VERSION}"),
    "other.hvs": (b'{"format": "drawio"}', "not an HVStudio document"),
    "types.hvs": (b'{"format": "hvstudio", "version": 1, "blocks": [{"id": 1}]}', "blocks[0].id"),
    "latin.hvs": (b"\xc4\xd6", "not UTF-8"),
    "picture.png": (b"\x89PNG\r\n\x1a\n\0\0\0\0IEND\xaeB`\x82", "holds no HVStudio document"),
    "deep.hvs": (b"[" * 99_999, "nested"),
}


@pytest.mark.parametrize("command", ["validate", "estimate", "simulate", "compare"])
@pytest.mark.parametrize("name", BAD_FILES)
def test_unreadable_input_exits_with_2_naming_file_and_place(
    tmp_path: Path, command: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    content, said = BAD_FILES[name]
    (tmp_path / name).write_bytes(content)
    assert main([command, str(tmp_path / name)]) == 2
    captured = capsys.readouterr()
    assert name in captured.err
    assert said in captured.err
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1


@pytest.mark.parametrize("command", ["validate", "estimate", "simulate"])
def test_a_file_that_is_not_there_exits_with_2(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "/nowhere/stack.hvs"]) == 2
    assert "hvstudio: /nowhere/stack.hvs: " in capsys.readouterr().err


def test_the_examples_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["examples"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in example_names())
    assert main(["examples", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [item["name"] for item in listed] == list(example_names())
    assert all(item["title"] and item["notes"] for item in listed)


def test_an_example_is_printed_or_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["examples", "virtual-pc"]) == 0
    assert capsys.readouterr().out == example_text("virtual-pc")
    assert main(["examples", "virtual-pc", "-o", str(tmp_path / "a.hvs")]) == 0
    assert (tmp_path / "a.hvs").read_text(encoding="utf-8") == example_text("virtual-pc")
    assert isinstance(load(tmp_path / "a.hvs"), Document)


def test_an_example_that_is_not_there_exits_with_2_and_the_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["examples", "nope"]) == 2
    assert "hyper-v-2016" in capsys.readouterr().err


def test_a_result_that_cannot_be_written_exits_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = str(tmp_path / "missing" / "a.hvs")
    assert main(["examples", "virtual-pc", "-o", target]) == 2
    assert target in capsys.readouterr().err


def test_importing_says_that_it_comes_later(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "guest.xml", "-o", str(tmp_path / "a.hvs")]) == 2
    assert "later version" in capsys.readouterr().err
    assert os.listdir(tmp_path) == []


def test_a_mistake_in_the_program_is_one_sentence_and_a_log_entry(
    monkeypatch: pytest.MonkeyPatch, config_folder: Path, capsys: pytest.CaptureFixture[str],
    expected_log_warnings: list[str],
) -> None:  # fmt: skip
    expected_log_warnings.append("an error that nobody caught")
    monkeypatch.setattr(cli, "_run", lambda given: 1 // 0)
    assert main(["validate"]) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "Traceback" not in err
    assert "ZeroDivisionError" in (config_folder / "state" / "hvstudio.log").read_text(encoding="utf-8")


def test_ctrl_c_ends_quietly(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def stop(given: list[str]) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_run", stop)
    assert main(["validate"]) == 130
    assert capsys.readouterr().err == "hvstudio: stopped.\n"


def read_until(wanted: str, terminal: int) -> bytes:
    """What a terminal shows up to and with the wanted text; fails when nothing more comes for a minute."""
    shown = b""
    while wanted.encode() not in shown:
        assert select.select([terminal], [], [], 60.0)[0], f"no {wanted!r} in {shown!r}"
        shown += os.read(terminal, 4096)
    return shown


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such terminal")
@pytest.mark.parametrize(
    ("command", "label"),
    [
        (["simulate"], "Simulating"),
        (["simulate", "--replications", "3"], "Simulating"),
        (["compare", "--replications", "2"], "Comparing"),
    ],
    ids=["simulate", "replications", "compare"],
)
def test_ctrl_c_during_a_long_run_ends_it_without_a_traceback(tmp_path: Path, command: list[str], label: str) -> None:
    import pty

    path = tmp_path / "a.hvs"
    path.write_text(example_text("same-four-on-type1"), encoding="utf-8")
    terminal, terminal_end = pty.openpty()
    program = [sys.executable, "-m", "hvstudio", command[0], str(path), "--duration", "1e6", *command[1:]]
    with subprocess.Popen(
        program, stdout=subprocess.PIPE, stderr=terminal_end, text=True, preexec_fn=hear_ctrl_c
    ) as process:
        os.close(terminal_end)
        shown = read_until(label, terminal)  # the progress bar: it runs
        process.send_signal(signal.SIGINT)
        shown += read_until("stopped", terminal)
        out, _ = process.communicate(timeout=60)
    os.close(terminal)
    assert process.returncode == 130
    assert out == ""
    assert b"Traceback" not in shown


def hear_ctrl_c() -> None:
    """A shell starts what it runs in the background deaf to Ctrl-C, and so would be all that the tests start."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
def test_a_reader_that_leaves_early_is_no_traceback(tmp_path: Path) -> None:
    done = subprocess.run(
        f"'{sys.executable}' -m hvstudio examples consolidation-32 | head -1; exit ${{PIPESTATUS[0]}}",
        shell=True, executable="/bin/bash", capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.stdout == "{\n"
    assert done.stderr == ""


def test_a_terminal_that_knows_only_ascii_gets_escapes() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = run_program("examples", env=environment)
    assert done.returncode == 0
    assert "\\u2500" in done.stdout
    assert done.stderr == ""


def test_closed_output_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stdout", Closed())
    assert main(["examples"]) == 1


@pytest.mark.parametrize("arguments", [["--version"], ["examples"], ["estimate"], ["simulate", "--duration", "2"]])
def test_the_core_runs_without_qt(tmp_path: Path, arguments: list[str]) -> None:
    path = tmp_path / "a.hvs"
    path.write_text(example_text("virtual-pc"), encoding="utf-8")
    files = [str(path)] if arguments[0] in ("estimate", "simulate") else []
    program = (
        "import sys; from hvstudio.cli.main import main; code = main(sys.argv[1:])\n"
        "assert not [name for name in sys.modules if name.startswith(('PySide6', 'shiboken6', 'pyqtgraph', "
        "'hvstudio.gui'))]\n"
        "sys.exit(code)"
    )
    command = [sys.executable, "-c", program, arguments[0], *files, *arguments[1:]]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")


def test_without_a_display_the_studio_says_what_works_all_the_same() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "QT_QPA_PLATFORM"}
    if sys.platform in ("win32", "darwin"):
        pytest.skip("these systems always have a display")
    done = run_program(env=environment)
    assert (done.returncode, done.stdout) == (2, "")
    assert "no display" in done.stderr
    assert "hvstudio validate" in done.stderr


@pytest.mark.parametrize(
    "error",
    [
        ModuleNotFoundError("No module named 'PySide6'", name="PySide6"),
        ImportError("libEGL.so.1: cannot open shared object file: No such file or directory"),
    ],
)
def test_a_qt_that_cannot_be_loaded_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, error: ImportError, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(given: list[str]) -> int:
        with qt_explained():
            raise error

    monkeypatch.setattr(cli, "_run", fail)
    assert main([]) == 2
    assert "bootstrap.py" in capsys.readouterr().err


def test_the_studio_is_opened_with_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    from hvstudio.gui import app

    opened: list[object] = []
    monkeypatch.setattr(app, "run", lambda path: opened.append(path) or 0)
    assert main(["stack.hvs"]) == 0
    assert main([]) == 0
    assert opened == ["stack.hvs", None]
