"""Opening the part of the program that draws: only when asked for, and with a sentence when it cannot be."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Generator

from hvstudio.errors import HVStudioError


def has_display() -> bool:
    """Whether there is a screen to open a window on."""
    if sys.platform in ("win32", "darwin"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def draw_in_memory() -> None:
    """Let Qt draw without a screen where there is none."""
    if not has_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"


@contextlib.contextmanager
def qt_explained() -> Generator[None]:
    """Turn a Qt that cannot be loaded into an error that says what to do."""
    try:
        yield
    except ImportError as error:
        if not _is_about_qt(error):
            raise
        hint = "Install it with: python3 packaging/bootstrap.py run. Validate, estimate and simulate work without it."
        raise HVStudioError(f"the window toolkit Qt cannot be loaded ({error}).", hint=hint) from error


def _is_about_qt(error: ImportError) -> bool:
    """A missing Qt package, or a system library that Qt needs (`libEGL.so.1: cannot open shared object file`)."""
    package = (error.name or "").partition(".")[0]
    return package in ("PySide6", "shiboken6", "pyqtgraph") or "cannot open shared object" in str(error)
