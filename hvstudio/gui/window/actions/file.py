"""Actions on files and pictures."""

from __future__ import annotations

from typing import Final

from PySide6.QtGui import QAction

from hvstudio.gui.window.actions.action import Action
from hvstudio.gui.window.actions.state import needs_blocks, needs_results
from hvstudio.gui.window.navigation import show_gallery
from hvstudio.gui.window.parts import Parts


def _export_plot(parts: Parts) -> None:
    parts.exports.export_plot(parts.run_panel.plot.shown_metric)


# fmt: off
FILE: Final[tuple[Action, ...]] = (
    Action(name="new", text="New", menu="File", icon="new", keys=("Ctrl+N",), tip="Begin with nothing", bar=11,
           act=lambda parts: parts.files.new()),
    Action(name="open", text="Open…", menu="File", icon="open", keys=("Ctrl+O",), bar=12,
           tip="Open a composition, or a picture exported from one", act=lambda parts: parts.files.open()),
    Action(name="examples", text="Examples…", menu="File", icon="gallery", keys=("Ctrl+Shift+E",), bar=13,
           tip="Open one of the examples, each with a note on what to look at", act=show_gallery),
    Action(name="save", text="Save", menu="File", icon="save", keys=("Ctrl+S",), starts_group=True, bar=14,
           tip="Save the composition", act=lambda parts: parts.files.save()),
    Action(name="save-as", text="Save as…", menu="File", keys=("Ctrl+Shift+S",),
           tip="Save the composition in another file", act=lambda parts: parts.files.save_as()),
    Action(name="export", text="Export picture…", menu="File", icon="export", keys=("Ctrl+E",), why_not=needs_blocks,
           starts_group=True, bar=51, on_canvas=32,
           tip="Export the diagram as PNG, SVG or PDF; the picture opens again as the composition",
           act=lambda parts: parts.exports.export_picture()),
    Action(name="copy-image", text="Copy picture", menu="File", icon="image", keys=("Ctrl+Shift+C",),
           why_not=needs_blocks, on_canvas=31, tip="Copy the diagram to the clipboard as a picture",
           act=lambda parts: parts.exports.copy_picture()),
    Action(name="export-plot", text="Export plot…", menu="File", icon="plot", why_not=needs_results,
           tip="Export the throughput plot as PNG, SVG or CSV", act=_export_plot),
    Action(name="quit", text="Quit", menu="File", keys=("Ctrl+Q",), starts_group=True, tip="Close the studio",
           role=QAction.MenuRole.QuitRole, act=lambda parts: parts.window.close()),
)
# fmt: on
