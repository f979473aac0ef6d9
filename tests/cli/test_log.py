"""The log file: written when it can be, never in the way when it cannot."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest

from hvstudio.log import install_excepthook, log_file, record_crash, start_logging, stop_logging


def test_what_is_logged_is_in_the_file_with_the_versions(tmp_path: Path) -> None:
    handler = start_logging(tmp_path / "state")
    logging.getLogger("hvstudio.files").info("Größe \udc80")
    stop_logging(handler)
    text = log_file(tmp_path / "state").read_text(encoding="utf-8")
    assert "HVStudio 0." in text
    assert "hvstudio.files: Größe \\udc80" in text


def test_a_folder_that_cannot_be_used_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert start_logging(tmp_path / "file" / "state") is None
    stop_logging(None)


def test_the_file_is_rotated_before_it_grows_large(tmp_path: Path) -> None:
    handler = start_logging(tmp_path)
    for _ in range(25):
        logging.getLogger("hvstudio").info("x" * 100_000)
    stop_logging(handler)
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == ["hvstudio.log", "hvstudio.log.1", "hvstudio.log.2"]
    assert all(path.stat().st_size <= 1_000_000 for path in tmp_path.iterdir())


def test_an_error_that_nobody_caught_is_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expected_log_warnings: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    expected_log_warnings.append("an error that nobody caught")
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    handler = start_logging(tmp_path)
    install_excepthook()
    error = ZeroDivisionError("mine")
    sys.excepthook(ZeroDivisionError, error, None)
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    stop_logging(handler)
    text = log_file(tmp_path).read_text(encoding="utf-8")
    assert "ZeroDivisionError: mine" in text
    assert "KeyboardInterrupt" not in text
    assert "ZeroDivisionError: mine" in capsys.readouterr().err


def test_a_crash_has_a_text_for_the_report(expected_log_warnings: list[str]) -> None:
    expected_log_warnings.append("an error that nobody caught")
    try:
        raise LookupError("there")
    except LookupError as error:
        text = record_crash(LookupError, error, error.__traceback__)
    assert text.startswith("HVStudio 0.")
    assert "LookupError: there" in text
    assert "test_log.py" in text
