"""What the README points at is there."""

from __future__ import annotations

import re
from pathlib import Path

from hvstudio.cli.commands import COMMANDS

CHECKOUT = Path(__file__).resolve().parent.parent
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")


def test_every_link_and_picture_leads_to_a_file() -> None:
    targets = [target for target in re.findall(r"\]\(([^)]+)\)", README) if "://" not in target]
    assert len(targets) >= 4
    assert [target for target in targets if not (CHECKOUT / target).exists()] == []


def test_every_script_that_is_named_is_there() -> None:
    scripts = set(re.findall(r"python3? ([\w/]+\.py)", README))
    assert "packaging/bootstrap.py" in scripts
    assert [script for script in scripts if not (CHECKOUT / script).exists()] == []


def test_every_command_that_is_named_exists() -> None:
    named = set(re.findall(r"^hvstudio ([a-z]+)", README, flags=re.MULTILINE))
    assert {"validate", "estimate", "simulate", "export", "examples"} <= named <= set(COMMANDS)
