"""`hvstudio export`: the diagram as PNG, SVG or PDF, with the document inside."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Final

from hvstudio.cli.arguments import add_file, typed
from hvstudio.cli.inputs import open_catalog, open_document
from hvstudio.cli.output.outcome import FINE, WRONG
from hvstudio.cli.output.writing import remark
from hvstudio.cli.window import draw_in_memory, qt_explained

SUFFIXES: Final = (".png", ".svg", ".pdf")


SUMMARY: Final = "draw the diagram; the picture carries the document and opens again"
EXPLAINED: Final = """\
examples:
  hvstudio export stack.hvs -o stack.svg
  hvstudio export stack.hvs -o slide.png --scale 3 --transparent --theme dark
  hvstudio slide.png          opens the picture as a document
"""


def add_arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    add_file(parser)
    parser.add_argument("-o", "--output", required=True, metavar="OUT", help="a name ending in .png, .svg or .pdf")
    parser.add_argument(
        "--scale", type=typed(_scale, "From 1 to 8."), default=1.0, metavar="1..8", help="size of a PNG (1)"
    )
    parser.add_argument("--theme", choices=("light", "dark"), default="light", help="colours (light)")
    parser.add_argument("--transparent", action="store_true", help="no background")


def _scale(text: str) -> float:
    value = float(text)
    if not 1 <= value <= 8:
        raise ValueError(text)
    return value


def run(arguments: Namespace) -> int:
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
