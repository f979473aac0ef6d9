"""However the studio is left, in the middle of a run, an analysis and a comparison: it ends in order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hvstudio.files.journal import recoverable

pytestmark = [pytest.mark.gui, pytest.mark.slow]

SCRIPT = Path(__file__).with_name("leaving.py")
CHANGED_TITLE = "Left in the middle"
"""What the script calls the composition before it leaves by a way that asks nobody about changes."""
TRIES = 3
"""Of each way: what was wrong here showed in one try out of four."""
LONGEST_S = 60.0


def start(way: str, folder: Path) -> subprocess.Popen[str]:
    """The studio in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-X", "faulthandler", str(SCRIPT), way],
        env=os.environ | {"HVSTUDIO_CONFIG_DIR": str(folder), "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def end_of(process: subprocess.Popen[str]) -> tuple[int, str]:
    """The exit code, and what was said on standard error."""
    try:
        _, said = process.communicate(timeout=LONGEST_S)
    finally:
        process.kill()
    return process.returncode, said


def unsaved(folder: Path) -> list[str]:
    """The titles of what the next session would offer to recover."""
    return [found.document.title for found in recoverable(folder / "data" / "recovery")]


@pytest.mark.parametrize(
    ("way", "code", "kept"),
    [
        ("close", 0, []),
        ("close all windows", 0, []),
        ("quit", 0, []),
        ("exit", 0, [CHANGED_TITLE]),
        ("exit with a code", 3, [CHANGED_TITLE]),
    ],
)
def test_leaving_by_the_event_loop_ends_in_order(way: str, code: int, kept: list[str], tmp_path: Path) -> None:
    for attempt in range(TRIES):
        folder = tmp_path / str(attempt)
        assert end_of(start(way, folder)) == (code, ""), f"try {attempt + 1}"
        assert unsaved(folder) == kept


@pytest.mark.skipif(sys.platform == "win32", reason="no signals are sent to programs there")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_leaving_by_a_signal_ends_in_order(number: signal.Signals, tmp_path: Path) -> None:
    for attempt in range(TRIES):
        folder = tmp_path / str(attempt)
        process = start("wait for a signal", folder)
        assert process.stdout is not None
        assert process.stdout.readline() == "busy\n"
        process.send_signal(number)
        assert end_of(process) == (128 + number, ""), f"try {attempt + 1}"
        assert unsaved(folder) == [CHANGED_TITLE]
