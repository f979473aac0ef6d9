"""The three exit codes of the command line."""

from __future__ import annotations

from typing import Final

FINE: Final = 0
FAILED: Final = 1
"""Findings of severity error, or a run that failed."""
WRONG: Final = 2
"""Wrong usage, or input that cannot be read."""
