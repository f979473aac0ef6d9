"""The linter, the formatter and the type checker find nothing, so that one command decides what is done."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent


def said_by(*arguments: str) -> str:
    """What a Python tool says about the checkout, empty when it is content."""
    ended = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=900
    )
    return "" if ended.returncode == 0 else ended.stdout + ended.stderr


def test_the_linter_finds_nothing() -> None:
    assert said_by("ruff", "check", "--no-cache", "--output-format=concise", ".") == ""


def test_every_file_is_formatted() -> None:
    assert said_by("ruff", "format", "--no-cache", "--check", ".") == ""


@pytest.mark.slow
def test_the_type_checker_finds_nothing() -> None:
    version = "{}.{}".format(*sys.version_info[:2])  # the installed libraries' types may use its syntax
    assert said_by("basedpyright", "--pythonpath", sys.executable, "--pythonversion", version) == ""
