"""Switching a control off with the reason why: its tool tip and its description say it."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget


def allow(widget: QWidget, *, tip: str = "", why_not: str = "") -> None:
    """Switch a control on, or off for the reason in `why_not`, a sentence; `tip` says what it is for."""
    widget.setEnabled(not why_not)
    widget.setToolTip(f"{tip}. Not now: {why_not}" if tip and why_not else why_not or tip)
    widget.setAccessibleDescription(why_not)
