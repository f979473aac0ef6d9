"""`hvstudio export`: the diagram as PNG, SVG or PDF, with the document inside."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from pathlib import Path
from typing import Final

from hvstudio.commands.inputs import open_catalog, open_document
from hvstudio.commands.outcome import FINE, WRONG
from hvstudio.commands.output import remark

SUFFIXES: Final = (".png", ".svg", ".pdf")


def export(arguments: Namespace) -> int:
    """Draw the document into the file; its suffix decides the format."""
    target = Path(arguments.output)
    if target.suffix.lower() not in SUFFIXES:
        remark(f"hvstudio: {target}: the name should end in .png, .svg or .pdf.")
        return WRONG
    document, catalog = open_document(arguments.file), open_catalog()
    _use_no_screen()
    from hvstudio.gui.export import export_file

    export_file(document, catalog, target)
    remark(f"{target} written; it opens again as a model.")
    return FINE


def _use_no_screen() -> None:
    """Let Qt draw into memory where there is no display."""
    has_display = sys.platform in ("win32", "darwin") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if not has_display:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
