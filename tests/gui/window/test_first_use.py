"""What newcomers stumbled over when they used the studio for the first time."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QScrollArea

from hvstudio.gui.widgets.elided_button import ElidedButton
from hvstudio.gui.widgets.fields import PatientComboBox
from hvstudio.gui.widgets.steps import StepLabel
from hvstudio.gui.window.main_window import MainWindow
from hvstudio.gui.window.navigation import go_to_block, show_panel
from hvstudio.gui.work.message import Message
from hvstudio.model.document import BlockId, Document
from hvstudio.model.edits import add_block, rename_block


def view_of(window: MainWindow) -> tuple[float, int, int]:
    """What part of the canvas is seen."""
    canvas = window.parts.canvas
    return canvas.scale_now, canvas.horizontalScrollBar().value(), canvas.verticalScrollBar().value()


def test_going_to_a_block_that_is_seen_moves_nothing(window: MainWindow, id_of: Callable[..., BlockId]) -> None:
    window.parts.canvas.fit()
    before = view_of(window)
    go_to_block(window.parts, id_of(window.parts.workspace.document, "VM 2"))
    assert view_of(window) == before


def test_going_to_a_block_out_of_sight_brings_it_in(window: MainWindow, id_of: Callable[..., BlockId]) -> None:
    block = id_of(window.parts.workspace.document, "VM 2")
    window.parts.canvas.zoom_to(2.0)
    window.parts.canvas.horizontalScrollBar().setValue(window.parts.canvas.horizontalScrollBar().minimum())
    go_to_block(window.parts, block)
    assert window.parts.canvas.camera.sees(window.parts.canvas.canvas.picture.layout.places[block].bar)


def test_going_to_a_block_that_is_too_small_to_read_comes_nearer(
    window: MainWindow, id_of: Callable[..., BlockId]
) -> None:
    window.parts.canvas.zoom_to(0.05)
    go_to_block(window.parts, id_of(window.parts.workspace.document, "VM 2"))
    assert window.parts.canvas.scale_now > 0.5


def test_centring_still_centres(window: MainWindow, id_of: Callable[..., BlockId]) -> None:
    block = id_of(window.parts.workspace.document, "VM 2")
    window.parts.workspace.select([block])
    window.actions_table["centre"].trigger()
    bar = window.parts.canvas.canvas.picture.layout.places[block].bar
    middle = window.parts.canvas.mapFromScene(bar.x + bar.width / 2, bar.y + bar.height / 2)
    assert (middle - window.parts.canvas.viewport().rect().center()).manhattanLength() <= 4


def test_an_empty_canvas_is_not_called_sound(open_window: Callable[[Document], MainWindow]) -> None:
    window = open_window(Document())
    assert "sound" not in window.parts.problems.empty_text
    document, _ = add_block(Document(), kind="host", name="Server")
    window.parts.workspace.apply("Add", lambda _: document)
    window.parts.workspace.undo()
    assert "sound" not in window.parts.problems.empty_text


def test_an_argument_is_marked_only_while_it_is_pointed_at(window: MainWindow) -> None:
    show_panel(window.parts, "Architecture")
    QApplication.processEvents()
    step = window.parts.architecture.findChild(StepLabel, "step.1")
    assert step is not None
    QApplication.sendEvent(step, QFocusEvent(QFocusEvent.Type.FocusIn, Qt.FocusReason.TabFocusReason))
    assert window.parts.canvas.canvas.overlay.highlighted
    QApplication.sendEvent(step, QFocusEvent(QFocusEvent.Type.FocusOut, Qt.FocusReason.TabFocusReason))
    assert not window.parts.canvas.canvas.overlay.highlighted


def test_choices_have_the_room_that_marks_do_not_need(window: MainWindow, id_of: Callable[..., BlockId]) -> None:
    window.parts.workspace.select([id_of(window.parts.workspace.document, "Hyper-V")])
    scheduler = window.parts.inspector.rows["scheduler"].editor
    QApplication.processEvents()
    assert isinstance(scheduler, PatientComboBox)
    right = scheduler.mapTo(window.parts.inspector, scheduler.rect().topRight()).x()
    product = window.parts.inspector.identity.editor("product")
    assert product is not None
    assert abs(right - product.mapTo(window.parts.inspector, product.rect().topRight()).x()) <= 2


def test_a_long_offer_does_not_make_a_panel_wider_than_it_is(window: MainWindow) -> None:
    show_panel(window.parts, "Architecture")
    window.parts.architecture.asked.setCurrentIndex(window.parts.architecture.asked.findData("hybrid"))
    window.parts.architecture.asked.activated.emit(window.parts.architecture.asked.currentIndex())
    QApplication.processEvents()
    offers = [button for button in window.parts.architecture.findChildren(ElidedButton) if button.isVisible()]
    assert offers
    for offer in offers:
        offer.setText(offer.text() * 3)
    QApplication.processEvents()
    for area in window.parts.architecture.findChildren(QScrollArea):
        content = area.widget()
        assert content is not None
        assert content.width() <= area.viewport().width()


def test_the_overview_stays_away_while_everything_is_seen(window: MainWindow) -> None:
    window.resize(1600, 1200)
    QApplication.processEvents()
    window.parts.canvas.fit()
    window.parts.canvas.overview.follow()
    assert not window.parts.canvas.overview.isVisible()


def test_names_are_shown_as_they_were_typed_never_as_markup(window: MainWindow, id_of: Callable[..., BlockId]) -> None:
    block = id_of(window.parts.workspace.document, "VM 2")
    hypervisor = id_of(window.parts.workspace.document, "Hyper-V")
    for each in (block, hypervisor):
        window.parts.workspace.apply(
            "Rename", lambda document, each=each: rename_block(document, each, "<h1>loud</h1>")
        )
    window.parts.workspace.select([block])
    (finding, *_) = [item for item in window.parts.problems.findings() if "<h1>" in item.message]
    window.parts.problems.details.show_finding(finding)
    QApplication.processEvents()
    quoting = [label for label in window.findChildren(QLabel) if "<h1>" in label.text()]
    assert len(quoting) > 3
    for label in quoting:
        assert label.textFormat() is Qt.TextFormat.PlainText, label.text()


def test_in_a_small_window_the_run_panel_fits(running_example: MainWindow) -> None:
    show_panel(running_example.parts, "Run")
    running_example.parts.runs.start()
    running_example.resize(960, 620)
    QApplication.processEvents()
    panel = running_example.parts.run_panel
    assert panel.mapTo(running_example, panel.rect().topRight()).x() < running_example.width()
    host = panel.layers
    assert host.isVisible()
    assert host.mapTo(running_example, host.rect().topRight()).x() < running_example.width()
    running_example.parts.runs.stop()


def test_the_smallest_window_cuts_nothing_off(running_example: MainWindow) -> None:
    window = running_example
    window.resize(800, 560)
    QApplication.processEvents()
    assert (window.width(), window.height()) == (800, 560)
    run = window.menus.toolbar.widgetForAction(window.actions_table["run"])
    assert run.isVisible()
    for name in ("Inspector", "Problems", "Run", "Results", "Compare"):
        show_panel(window.parts, name)
        QApplication.processEvents()
        for part in (run, window.parts.docks[name], window.parts.docks[name].widget(), window.parts.canvas):
            assert part.mapTo(window, part.rect().topRight()).x() < 800, (name, part.objectName())
    assert window.parts.canvas.width() >= 240
    window.resize(1280, 800)
    QApplication.processEvents()
    assert window.corner(Qt.Corner.BottomLeftCorner) is Qt.DockWidgetArea.LeftDockWidgetArea


def test_what_is_wrong_with_a_number_can_be_read_to_its_end(window: MainWindow, id_of: Callable[..., BlockId]) -> None:
    window.parts.workspace.select([id_of(window.parts.workspace.document, "VM 2")])
    row = window.parts.inspector.rows["memory_bytes"]
    row.commit_text("lots and lots")
    QApplication.processEvents()
    assert "Units understood" in row.problem.text()
    assert row.problem.height() >= row.problem.heightForWidth(row.problem.width())
    row.commit_text("2 GiB")
    QApplication.processEvents()
    assert row.problem.isHidden()


def test_answering_a_message_gives_the_keyboard_back_to_the_canvas(window: MainWindow) -> None:
    window.activateWindow()
    window.parts.say(Message(text="May I?", severity="warning", actions=(("Yes", lambda: None),), lasting=True))
    (button,) = [each for each in window.parts.messages.findChildren(QPushButton) if each.text() == "Yes"]
    QApplication.processEvents()
    button.setFocus()
    assert QApplication.focusWidget() is button
    button.click()
    assert QApplication.focusWidget() is window.parts.canvas
    assert not window.parts.canvas.canvas.overlay.highlighted
