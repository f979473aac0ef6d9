"""`hvstudio export`: the diagram as PNG, SVG or PDF, with the document inside."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Final

from hvstudio.cli.inputs import open_catalog, open_document
from hvstudio.cli.output.outcome import FINE, WRONG
from hvstudio.cli.output.writing import remark
from hvstudio.cli.window import draw_in_memory, qt_explained

SUFFIXES: Final = (".png", ".svg", ".pdf")


def export(arguments: Namespace) -> int:
    """Draw the document into the file; its suffix decides the format."""
    target = Path(arguments.output)
    if target.suffix.lower() not in SUFFIXES:
        remark(f"hvstudio: {target}: the name should end in .png, .svg or .pdf.")
        return WRONG
    document, catalog = open_document(arguments.file), open_catalog()
    draw_in_memory()
    with qt_explained():
        from hvstudio.gui.look.theme import load_theme
        from hvstudio.gui.pictures.export import Look, export_file
    look = Look(theme=load_theme(arguments.theme), scale=arguments.scale, transparent=arguments.transparent)
    export_file(document, catalog, target, look=look)
    remark(f"{target} written; it opens again as a model.")
    return FINE
