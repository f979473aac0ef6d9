"""Tells in a file where things of a window are on the screen, and what it shows: for tests that move a real mouse.

The file is JSON: `palette`, `blocks`, `buttons` and `fields` map names to [x, y, width, height] in global pixels;
`classes` maps hypervisors to their class; `values` maps VMs to the number in the legend; `run`, `message`, `title`
are texts.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QObject, QPoint, QPointF, QRect, QTimer
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QWidget

from hvstudio.gui.panels.architecture import class_label
from hvstudio.gui.window.main_window import MainWindow
from hvstudio.gui.window.parts import Parts

_INTERVAL_MS: Final = 150


class Probe(QObject):
    """Writes the file whenever what it says has changed."""

    def __init__(self, window: MainWindow, path: Path) -> None:
        super().__init__(window)
        self._window = window
        self._path = path
        self._written = ""
        self._timer = QTimer(self)
        self._timer.setInterval(_INTERVAL_MS)
        self._timer.timeout.connect(self.write)
        self._timer.start()

    def write(self) -> None:
        """Look at the window and write."""
        text = json.dumps(describe_window(self._window), indent=1)
        if text == self._written:
            return
        self._written = text
        temporary = self._path.with_name(self._path.name + ".tmp")
        temporary.write_text(text, encoding="utf-8")
        os.replace(temporary, self._path)


def describe_window(window: MainWindow) -> dict[str, Any]:
    """Everything the file says."""
    parts = window.parts
    report = parts.analysis.report
    current = parts.messages.current
    run = parts.runs.run
    return {
        "window": _on_screen(window, window.rect()),
        "title": window.windowTitle(),
        "modified": parts.workspace.modified,
        "theme": parts.theme.name,
        "run": parts.runs.state,
        "simulated_s": 0.0 if run is None else run.simulated_s,
        "message": "" if current is None else current.text,
        "busy": parts.analysis.busy,
        "selection": list(parts.workspace.selection),
        "canvas": _on_screen(parts.canvas.viewport(), parts.canvas.viewport().rect()),
        "palette": _palette(parts),
        "blocks": _blocks(parts),
        "names": {block.id: block.name for block in parts.workspace.document.blocks.values()},
        "buttons": _widgets(window, QAbstractButton),
        "fields": {**_widgets(window, QLineEdit), **_widgets(window, QComboBox)},
        "classes": {} if report is None else {item.hypervisor: class_label(item) for item in report.classifications},
        "findings": [] if report is None else [f"{item.severity.name}: {item.rule}" for item in report.findings],
        "values": dict(parts.run_panel.legend.values.values),
        "points": 0 if run is None else run.series.count,
    }


def _on_screen(widget: QWidget, area: QRect) -> list[int]:
    corner = widget.mapToGlobal(area.topLeft())
    return [corner.x(), corner.y(), area.width(), area.height()]


def _palette(parts: Parts) -> dict[str, list[int]]:
    tree = parts.palette.tree
    seen = tree.viewport().rect()
    places: dict[str, list[int]] = {}
    for entry, index in parts.palette.entries():
        area = tree.visualRect(index)
        if tree.isVisible() and area.isValid() and seen.contains(area.center()):
            places[entry.product or entry.kind] = _on_screen(tree.viewport(), area.intersected(seen))
    return places


def _blocks(parts: Parts) -> dict[str, list[int]]:
    view = parts.canvas
    places: dict[str, list[int]] = {}
    for block_id, place in view.canvas.picture.layout.places.items():
        x, y, width, height = place.bar
        first, last = view.mapFromScene(QPointF(x, y)), view.mapFromScene(QPointF(x + width, y + height))
        corner: QPoint = view.viewport().mapToGlobal(first)
        places[block_id] = [corner.x(), corner.y(), last.x() - first.x(), last.y() - first.y()]
    return places


def _widgets(window: MainWindow, kind: type[QWidget]) -> dict[str, list[int]]:
    """Named widgets of a window that can be seen, its dialogs and menus included.

    Not those of the application: while they are listed, Python may clear away a window that nobody holds any more.
    """
    return {
        widget.objectName(): _on_screen(widget, widget.rect())
        for widget in window.findChildren(kind)
        if widget.objectName() and widget.isVisible()
    }
