"""The gallery's recent files, and a report that reaches the canvas."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from hvstudio.catalog.catalog import Catalog
from hvstudio.checks.run import check
from hvstudio.gui.canvas.view import CanvasView
from hvstudio.gui.look.theme import Theme
from hvstudio.gui.panels.gallery import Gallery
from hvstudio.gui.work.background import Immediate
from hvstudio.model.document import BlockId, Document


def test_the_five_latest_files_are_offered_and_a_click_opens_one(qtbot: QtBot, light: Theme) -> None:
    gallery = Gallery(Immediate(), lambda document, theme: b"", light)
    qtbot.addWidget(gallery)
    chosen: list[str] = []
    gallery.file_chosen.connect(chosen.append)
    paths = [str(Path("folder") / f"file {number}.hvs") for number in range(6)]
    gallery.refresh(paths)
    buttons = {
        button.text(): button for button in gallery.findChildren(QPushButton) if button.text().startswith("file")
    }
    assert list(buttons) == [f"file {number}.hvs" for number in range(5)]
    buttons["file 3.hvs"].click()
    assert chosen == [paths[3]]


def test_without_recent_files_nothing_is_said_of_them(qtbot: QtBot, light: Theme) -> None:
    gallery = Gallery(Immediate(), lambda document, theme: b"", light)
    qtbot.addWidget(gallery)
    gallery.refresh([])
    assert "Recent:" not in {label.text() for label in gallery.findChildren(QLabel)}
    gallery.refresh(["a.hvs"])
    assert "Recent:" in {label.text() for label in gallery.findChildren(QLabel)}


def test_a_report_given_to_the_view_is_the_one_drawn(
    make_canvas: Callable[..., CanvasView], small_stack: Document, catalog: Catalog, id_of: Callable[..., BlockId]
) -> None:
    view = make_canvas(small_stack)
    assert view.canvas.picture.marks.severities == {}
    report = check(small_stack, catalog)
    view.set_report(report)
    assert set(view.canvas.picture.marks.severities) == {item.block for item in report.findings if not item.suppressed}
    assert "has findings" in view.commands.described(id_of(small_stack, "VM 2"))
    view.set_report(None)
    assert view.canvas.picture.marks.severities == {}
