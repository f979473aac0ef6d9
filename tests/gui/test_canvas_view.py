"""The canvas under a synthetic hand: clicks, drags, drops and keys on a real view, drawn into memory."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from PySide6.QtCore import QByteArray, QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QWheelEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from hvstudio.catalog.load import shipped_catalog
from hvstudio.checks.run import check
from hvstudio.editor.workspace import Workspace
from hvstudio.gui.canvas.counting import CountEditor
from hvstudio.gui.canvas.noting import NoteEditor
from hvstudio.gui.canvas.renaming import NameEditor
from hvstudio.gui.canvas.view import CanvasView, ContextRequest
from hvstudio.gui.look.theme import Theme
from hvstudio.model.document import BlockId, Document
from hvstudio.model.edits import add_block

MakeCanvas = Callable[..., CanvasView]
IdOf = Callable[[Document, str], BlockId]
LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
COPY = Qt.DropAction.CopyAction


def spot(view: CanvasView, name: str, *, across: float = 0.5, down: float = 0.5) -> QPoint:
    """A point of a block's bar on the view."""
    block_id = next(block.id for block in view.workspace.document.blocks.values() if block.name == name)
    bar = view.canvas.picture.layout.places[block_id].bar
    return view.mapFromScene(QPointF(bar.x + bar.width * across, bar.y + bar.height * down))


def click(view: CanvasView, name: str, modifiers: Qt.KeyboardModifier = NONE) -> None:
    QTest.mouseClick(view.viewport(), LEFT, modifiers, spot(view, name, across=0.3, down=0.3))


def drag(view: CanvasView, start: QPoint, end: QPoint, modifiers: Qt.KeyboardModifier = NONE) -> None:
    """Press, move in steps, release: as a hand does."""
    port = view.viewport()
    QTest.mousePress(port, LEFT, modifiers, start)
    for step in range(1, 11):
        QTest.mouseMove(port, start + (end - start) * step / 10)
    QTest.mouseRelease(port, LEFT, modifiers, end)


def block_data(kind: str, product: str = "", **more: object) -> QMimeData:
    data = QMimeData()
    payload = json.dumps({"kind": kind, "product": product, **more})
    data.setData("application/x-hvstudio-block", QByteArray(payload.encode()))
    return data


def drag_over(view: CanvasView, data: QMimeData, at: QPoint) -> bool:
    """Enter and move; gives whether the canvas would take it there."""
    enter = QDragEnterEvent(at, COPY, data, LEFT, NONE)
    QApplication.sendEvent(view.viewport(), enter)
    move = QDragMoveEvent(at, COPY, data, LEFT, NONE)
    QApplication.sendEvent(view.viewport(), move)
    return enter.isAccepted() and move.isAccepted()


def drop(view: CanvasView, data: QMimeData, at: QPoint) -> None:
    drag_over(view, data, at)
    QApplication.sendEvent(view.viewport(), QDropEvent(QPointF(at), COPY, data, LEFT, NONE))


def kinds(view: CanvasView) -> list[str]:
    return [block.kind for block in view.workspace.document.blocks.values()]


class TestDropping:
    def test_a_host_dropped_on_the_empty_canvas_stands_where_it_was_dropped(self, make_canvas: MakeCanvas) -> None:
        view = make_canvas()
        drop(view, block_data("host", "host-server-2016"), QPoint(300, 200))
        (host,) = view.workspace.document.blocks.values()
        bar = view.canvas.picture.layout.places[host.id].bar
        middle = view.mapFromScene(QPointF(bar.x + bar.width / 2, bar.y + bar.height / 2))
        assert (middle - QPoint(300, 200)).manhattanLength() <= 32
        assert view.workspace.selection == (host.id,)
        assert view.workspace.undo_label == "Add “Server, 2016”"

    def test_type_1_is_composed_by_six_drops(self, make_canvas: MakeCanvas, id_of: IdOf) -> None:
        view = make_canvas()
        drop(view, block_data("host"), QPoint(300, 400))
        for kind, product, onto in (
            ("disk", "hdd-7k2", "Host hardware"),
            ("hypervisor", "hyper-v-2016", "Host hardware"),
            ("parent_partition", "", "Hyper-V (Windows Server 2016)"),
            ("os", "windows-server-2016", "Parent partition"),
            ("vm", "", "Hyper-V (Windows Server 2016)"),
        ):
            drop(view, block_data(kind, product), spot(view, onto, across=0.9))
        document = view.workspace.document
        hypervisor = id_of(document, "Hyper-V (Windows Server 2016)")
        machine = id_of(document, "VM 1")
        assert document.block(machine).rests_on == hypervisor
        assert document.block(id_of(document, "vDisk 1")).attached_to == next(
            id for id in document.blocks if id.startswith("disk")
        )
        (found,) = check(document, view.workspace.catalog).classifications
        assert found.vmm_type == "type1"

    def test_a_drop_is_one_step_of_undo(self, make_canvas: MakeCanvas, small_stack: Document) -> None:
        view = make_canvas(small_stack)
        drop(view, block_data("vm"), spot(view, "Hyper-V"))
        assert kinds(view).count("vm") == 3
        view.workspace.undo()
        assert view.workspace.document is small_stack

    def test_a_block_without_a_slot_is_refused_with_the_reason(
        self, make_canvas: MakeCanvas, small_stack: Document
    ) -> None:
        view = make_canvas(small_stack)
        said: list[str] = []
        view.said.connect(said.append)
        drop(view, block_data("virtual_disk"), spot(view, "Server", across=0.3))
        assert view.workspace.document is small_stack
        assert said[0] == "A virtual disk is built into a virtual machine; the host hardware has no slot for it."

    def test_eight_at_once(self, make_canvas: MakeCanvas, small_stack: Document) -> None:
        view = make_canvas(small_stack)
        drop(view, block_data("vm", count=8), spot(view, "Hyper-V"))
        assert kinds(view).count("vm") == 10
        assert len(view.workspace.selection) == 8

    @pytest.mark.parametrize(("key", "machines"), [(Qt.Key.Key_Return, 14), (Qt.Key.Key_Escape, 2)])
    def test_a_drop_with_shift_asks_how_many(
        self, make_canvas: MakeCanvas, small_stack: Document, key: Qt.Key, machines: int
    ) -> None:
        view = make_canvas(small_stack)
        at, data = spot(view, "Hyper-V"), block_data("vm")
        drag_over(view, data, at)
        QApplication.sendEvent(view.viewport(), QDropEvent(QPointF(at), COPY, data, LEFT, SHIFT))
        editor = view.viewport().findChild(CountEditor)
        assert editor is not None
        assert kinds(view).count("vm") == 2
        QTest.keyClicks(editor, "12")
        QTest.keyClick(editor, key)
        assert kinds(view).count("vm") == machines
        assert view.canvas.overlay.preview is None

    def test_foreign_and_damaged_drags_are_not_taken(self, make_canvas: MakeCanvas) -> None:
        view = make_canvas()
        foreign = QMimeData()
        foreign.setText("hello")
        damaged = QMimeData()
        damaged.setData("application/x-hvstudio-block", QByteArray(b"[1, 2"))
        assert not drag_over(view, foreign, QPoint(50, 50))
        assert not drag_over(view, damaged, QPoint(50, 50))

    def test_an_unknown_kind_does_no_harm(self, make_canvas: MakeCanvas) -> None:
        view = make_canvas()
        drop(view, block_data("teapot"), QPoint(50, 50))
        assert len(view.workspace.document) == 0

    def test_leaving_the_canvas_forgets_the_preview(self, make_canvas: MakeCanvas, small_stack: Document) -> None:
        view = make_canvas(small_stack)
        drag_over(view, block_data("vm"), spot(view, "Hyper-V"))
        assert view.canvas.overlay.preview is not None
        QApplication.sendEvent(view.viewport(), QDragLeaveEvent())
        assert view.canvas.overlay.preview is None


class TestSelecting:
    def test_clicks_select_toggle_and_clear(self, make_canvas: MakeCanvas, small_stack: Document, id_of: IdOf) -> None:
        view = make_canvas(small_stack)
        first, second = id_of(small_stack, "VM 1"), id_of(small_stack, "VM 2")
        click(view, "VM 1")
        assert view.workspace.selection == (first,)
        click(view, "VM 2", CONTROL)
        assert view.workspace.selection == (first, second)
        click(view, "VM 1", CONTROL)
        assert view.workspace.selection == (second,)
        QTest.mouseClick(view.viewport(), LEFT, NONE, QPoint(3, 3))
        assert view.workspace.selection == ()

    def test_the_empty_inside_of_a_vm_is_the_vm(
        self, make_canvas: MakeCanvas, small_stack: Document, id_of: IdOf
    ) -> None:
        view = make_canvas(small_stack)
        column = view.canvas.picture.layout.places[id_of(small_stack, "VM 2")].column
        inside = view.mapFromScene(QPointF(column.x + 20, column.y + 8))
        assert view.block_at(QPointF(inside)) == id_of(small_stack, "VM 2")

    def test_a_rubber_band_selects_what_lies_inside(
        self, make_canvas: MakeCanvas, small_stack: Document, id_of: IdOf
    ) -> None:
        view = make_canvas(small_stack)
        place = view.canvas.picture.layout.places[id_of(small_stack, "VM 2")]
        outside = view.mapFromScene(QPointF(place.column.right + 20, place.column.y - 20))
        inner = view.mapFromScene(QPointF(place.bar.x - 3, place.bar.bottom + 2))
        drag(view, outside, inner)
        assert view.workspace.selection == (id_of(small_stack, "VM 2"),)
        assert view.canvas.overlay.preview is None

    def test_arrows_and_tab_walk_through_the_blocks(
        self, make_canvas: MakeCanvas, small_stack: Document, id_of: IdOf
    ) -> None:
        view = make_canvas(small_stack)
        view.setFocus()
        click(view, "Parent")
        walked = []
        for key in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Down):
            QTest.keyClick(view, key)
            walked.append(view.workspace.document.block(view.workspace.selection[0]).name)
        assert walked == ["Windows", "Parent", "VM 1", "Hyper-V", "Server"]
        QTest.keyClick(view, Qt.Key.Key_Tab)
        assert view.workspace.primary == id_of(small_stack, "Disk")

    def test_a_screen_reader_is_told_what_is_selected(
        self, make_canvas: MakeCanvas, small_stack: Document, id_of: IdOf
    ) -> None:
        view = make_canvas(small_stack)
        view.workspace.select([id_of(small_stack, "VM 1")])
        assert view.accessibleDescription() == "VM 1, virtual machine, 1 vCPU · 1 GiB, on Hyper-V"
        view.workspace.select([])
        assert view.accessibleDescription().startswith("The composition.")

    def test_space_is_left_to_the_window(self, make_canvas: MakeCanvas, small_stack: Document) -> None:
        view = make_canvas(small_stack)
        click(view, "VM 1")
        before = view.workspace.document
        QTest.keyClick(view, Qt.Key.Key_Space)
        assert view.workspace.document is before


class TestMoving:
    def test_dragging_a_vm_over_its_neighbour_reorders_them(
        self, make_canvas: MakeCanvas, small_stack: Document, id_of: IdOf
    ) -> None:
        view = make_canvas(small_stack)
        drag(view, spot(view, "VM 2", across=0.3, down=0.3), spot(view, "VM 1", across=0.1, down=0.3))
        row = view.workspace.index.children_of(id_of(small_stack, "Hyper-V"))
        names = [view.workspace.document.block(block_id).name for block_id in row]
        assert names == ["Parent", "VM 2", "VM 1"]
        assert view.workspace.undo_label == "Move “VM 2”"

    def test_dragging_the_first_to_the_end_of_the_row(
        self, make_canvas: MakeCanvas, small_stack: Document, id_of: IdOf
    ) -> None:
        view = make_canvas(small_stack)
        drag(view, spot(view, "Parent", across=0.3, down=0.3), spot(view, "VM 2", across=0.95, down=0.3))
        row = view.workspace.index.children_of(id_of(small_stack, "Hyper-V"))
        assert [view.workspace.document.block(block_id).name for block_id in row] == ["VM 1", "VM 2", "Parent"]

    def test_a_small_tremble_is_not_a_drag(self, make_canvas: MakeCanvas, small_stack: Document) -> None:
        view = make_canvas(small_stack)
        start = spot(view, "Server", across=0.3)
        drag(view, start, start + QPoint(2, 1))
        assert view.workspace.document is small_stack

    def test_a_host_is_dragged_with_everything_on_it_and_snaps(
        self, make_canvas: MakeCanvas, small_stack: Document, id_of: IdOf
    ) -> None:
        view = make_canvas(small_stack)
        start = spot(view, "Server", across=0.3)
        drag(view, start, start + QPoint(100, 60))
        x, y = view.workspace.document.positions[id_of(small_stack, "Server")]
        assert (x % 16, y % 16) == (0, 0)
        assert (x, y) != (0, 0)
        machine = view.canvas.picture.layout.places[id_of(small_stack, "VM 1")].bar
        assert machine.y < y

    def test_escape_ends_a_drag_without_a_trace(self, make_canvas: MakeCanvas, small_stack: Document) -> None:
        view = make_canvas(small_stack)
        port, start = view.viewport(), spot(view, "Server", across=0.3)
        QTest.mousePress(port, LEFT, NONE, start)
        QTest.mouseMove(port, start + QPoint(80, 0))
        QTest.mouseMove(port, start + QPoint(120, 0))
        assert view.canvas.overlay.held
        QTest.keyClick(view, Qt.Key.Key_Escape)
        QTest.mouseRelease(port, LEFT, NONE, start + QPoint(120, 0))
        assert view.workspace.document is small_stack
        assert not view.canvas.overlay.held

    def test_an_undo_during_a_drag_ends_it(self, make_canvas: MakeCanvas, small_stack: Document, id_of: IdOf) -> None:
        view = make_canvas(small_stack)
        view.insert("host")
        port, start = view.viewport(), spot(view, "Server", across=0.3)
        QTest.mousePress(port, LEFT, NONE, start)
        QTest.mouseMove(port, start + QPoint(80, 0))
        view.workspace.undo()
        QTest.mouseMove(port, start + QPoint(120, 0))
        QTest.mouseRelease(port, LEFT, NONE, start + QPoint(120, 0))
        assert view.workspace.document is small_stack

    def test_control_and_an_arrow_shift_a_block_in_its_row(
        self, make_canvas: MakeCanvas, small_stack: Document, id_of: IdOf
    ) -> None:
        view = make_canvas(small_stack)
        view.workspace.select([id_of(small_stack, "VM 1")])
        for _ in range(3):
            QTest.keyClick(view, Qt.Key.Key_Right, CONTROL)
        row = view.workspace.index.children_of(id_of(small_stack, "Hyper-V"))
        assert [view.workspace.document.block(block_id).name for block_id in row] == ["Parent", "VM 2", "VM 1"]


class TestCommands:
    def test_delete_takes_what_rests_on_it_and_selects_the_support(
        self, make_canvas: MakeCanvas, small_stack: Document, id_of: IdOf
    ) -> None:
        view = make_canvas(small_stack)
        click(view, "VM 1")
        QTest.keyClick(view, Qt.Key.Key_Delete)
        assert "virtual_disk" not in kinds(view)
        assert view.workspace.selection == (id_of(small_stack, "Hyper-V"),)

    def test_copy_and_paste_make_a_second_vm_with_its_disk(
        self, make_canvas: MakeCanvas, small_stack: Document
    ) -> None:
        view = make_canvas(small_stack)
        click(view, "VM 1")
        QTest.keyClick(view, Qt.Key.Key_C, CONTROL)
        assert QGuiApplication.clipboard().mimeData().hasFormat("application/x-hvstudio-blocks+json")
        QTest.keyClick(view, Qt.Key.Key_V, CONTROL)
        assert kinds(view).count("vm") == 3
        assert kinds(view).count("virtual_disk") == 2
        assert view.workspace.undo_label == "Paste “VM 3”"

    def test_pasting_foreign_text_says_so_and_changes_nothing(
        self, make_canvas: MakeCanvas, small_stack: Document
    ) -> None:
        view = make_canvas(small_stack)
        said: list[str] = []
        view.said.connect(said.append)
        QGuiApplication.clipboard().setText('{"format": "something else"}')
        QTest.keyClick(view, Qt.Key.Key_V, CONTROL)
        assert view.workspace.document is small_stack
        assert said
        assert said[0].startswith("The clipboard holds no blocks")

    def test_cut_and_duplicate(self, make_canvas: MakeCanvas, small_stack: Document) -> None:
        view = make_canvas(small_stack)
        click(view, "VM 1")
        QTest.keyClick(view, Qt.Key.Key_D, CONTROL)
        assert kinds(view).count("vm") == 3
        QTest.keyClick(view, Qt.Key.Key_X, CONTROL)
        assert kinds(view).count("vm") == 2

    def test_insert_without_a_mouse_goes_on_the_selection(
        self, make_canvas: MakeCanvas, small_stack: Document, id_of: IdOf
    ) -> None:
        view = make_canvas(small_stack)
        view.workspace.select([id_of(small_stack, "VM 2")])
        assert view.insert("os", "linux")
        assert view.workspace.document.block(view.workspace.selection[0]).rests_on == id_of(small_stack, "VM 2")
        view.workspace.select([id_of(small_stack, "Disk")])
        assert not view.insert("virtual_disk")

    def test_rename_in_place_with_f2_and_enter(
        self, make_canvas: MakeCanvas, small_stack: Document, id_of: IdOf
    ) -> None:
        view = make_canvas(small_stack)
        click(view, "VM 1")
        QTest.keyClick(view, Qt.Key.Key_F2)
        editor = view.viewport().findChild(NameEditor)
        assert editor is not None
        assert editor.selectedText() == "VM 1"
        QTest.keyClicks(editor, "Mail")
        QTest.keyClick(editor, Qt.Key.Key_Return)
        assert view.workspace.document.block(id_of(small_stack, "VM 1")).name == "Mail"

    def test_escape_keeps_the_old_name(self, make_canvas: MakeCanvas, small_stack: Document) -> None:
        view = make_canvas(small_stack)
        QTest.mouseDClick(view.viewport(), LEFT, NONE, spot(view, "VM 1", across=0.3, down=0.3))
        editor = view.viewport().findChild(NameEditor)
        assert editor is not None
        QTest.keyClicks(editor, "Mail")
        QTest.keyClick(editor, Qt.Key.Key_Escape)
        assert view.workspace.document is small_stack

    def test_a_note_is_written_where_it_stands(self, make_canvas: MakeCanvas) -> None:
        document, note = add_block(Document(), kind="note", name="Remember", position=(0.0, 0.0))
        view = make_canvas(document)
        QTest.mouseDClick(view.viewport(), LEFT, NONE, spot(view, "Remember"))
        editor = view.viewport().findChild(NoteEditor)
        assert editor is not None
        QTest.keyClicks(editor, "first")
        QTest.keyClick(editor, Qt.Key.Key_Return)
        QTest.keyClicks(editor, "second")
        QTest.keyClick(editor, Qt.Key.Key_Return, CONTROL)
        assert view.workspace.document.block(note).parameters == {"text": "first\nsecond"}
        assert view.canvas.picture.layout.places[note].bar.height > 60
        view.workspace.undo()
        assert view.workspace.document is document

    def test_a_canvas_closed_while_a_field_is_open_goes_quietly(
        self, qtbot: QtBot, make_canvas: MakeCanvas, small_stack: Document, light: Theme
    ) -> None:
        view = CanvasView(Workspace(small_stack, catalog=shipped_catalog()), light)
        view.show()
        view.rename(next(iter(small_stack.blocks)))
        with qtbot.captureExceptions() as exceptions:
            delete(view)
        assert exceptions == []

    def test_the_context_menu_is_asked_for_with_the_block(
        self, make_canvas: MakeCanvas, small_stack: Document, id_of: IdOf
    ) -> None:
        from PySide6.QtGui import QContextMenuEvent

        view = make_canvas(small_stack)
        asked: list[ContextRequest] = []
        view.contextRequested.connect(asked.append)
        at = spot(view, "VM 1", across=0.3, down=0.3)
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, view.viewport().mapToGlobal(at))
        QApplication.sendEvent(view.viewport(), event)
        assert [request.block for request in asked] == [id_of(small_stack, "VM 1")]


class TestLooking:
    def test_the_wheel_with_control_zooms_at_the_pointer(self, make_canvas: MakeCanvas, small_stack: Document) -> None:
        view = make_canvas(small_stack)
        at = spot(view, "VM 1")
        before, scale = view.mapToScene(at), view.scale_now
        event = QWheelEvent(
            QPointF(at), QPointF(view.viewport().mapToGlobal(at)), QPoint(), QPoint(0, 120),
            Qt.MouseButton.NoButton, CONTROL, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(view.viewport(), event)
        after = view.mapToScene(at)
        assert view.scale_now == pytest.approx(scale * 1.2)
        assert abs(after.x() - before.x()) < 2
        assert abs(after.y() - before.y()) < 2

    def test_zoom_has_limits(self, make_canvas: MakeCanvas, small_stack: Document) -> None:
        view = make_canvas(small_stack)
        view.zoom_to(1000.0)
        assert view.scale_now == 5.0
        view.zoom_to(0.0001)
        assert view.scale_now == 0.02

    def test_fit_shows_everything(self, make_canvas: MakeCanvas, small_stack: Document) -> None:
        view = make_canvas(small_stack)
        view.zoom_to(4.0)
        QTest.keyClick(view, Qt.Key.Key_F)
        bounds = view.canvas.picture.layout.bounds()
        seen = view.mapToScene(view.viewport().rect()).boundingRect()
        assert seen.contains(bounds.x, bounds.y)
        assert seen.contains(bounds.right, bounds.bottom)

    def test_the_middle_button_pans(self, make_canvas: MakeCanvas, small_stack: Document) -> None:
        view = make_canvas(small_stack)
        before = spot(view, "VM 1")
        port = view.viewport()
        QTest.mousePress(port, Qt.MouseButton.MiddleButton, NONE, QPoint(100, 100))
        QTest.mouseMove(port, QPoint(140, 130))
        QTest.mouseRelease(port, Qt.MouseButton.MiddleButton, NONE, QPoint(140, 130))
        assert spot(view, "VM 1") - before == QPoint(40, 30)

    def test_centre_on_brings_a_block_to_the_middle(
        self, make_canvas: MakeCanvas, small_stack: Document, id_of: IdOf
    ) -> None:
        view = make_canvas(small_stack)
        view.zoom_to(3.0)
        view.centre_on(id_of(small_stack, "Disk"))
        assert (spot(view, "Disk") - view.viewport().rect().center()).manhattanLength() <= 4

    def test_an_empty_canvas_says_what_to_do(self, make_canvas: MakeCanvas) -> None:
        view = make_canvas()
        assert len(colours(view.grab().toImage())) > 3

    def test_the_theme_changes_while_it_is_shown(
        self, make_canvas: MakeCanvas, small_stack: Document, dark: Theme
    ) -> None:
        view = make_canvas(small_stack)
        view.apply_theme(dark)
        ground = QColor(dark.colour("canvas"))
        assert view.grab().toImage().pixelColor(3, 3) in (ground, QColor(dark.colour("grid")))

    def test_a_report_puts_the_class_and_badges_on_the_picture(
        self, make_canvas: MakeCanvas, small_stack: Document, light: Theme
    ) -> None:
        view = make_canvas(small_stack)
        view.set_report(check(small_stack, view.workspace.catalog))
        assert "Type 1" in view.canvas.picture.marks.classes.values()
        assert light.colour("warning") in colours(view.grab().toImage())
        view.set_report(None)
        assert light.colour("warning") not in colours(view.grab().toImage())

    def test_heat_is_drawn_where_it_is_hot(self, make_canvas: MakeCanvas, small_stack: Document, light: Theme,
                                           id_of: IdOf) -> None:  # fmt: skip
        view = make_canvas(small_stack)
        view.zoom_to(1.0)
        view.set_heat({id_of(small_stack, "VM 1"): 0.97})
        assert light.colour("error") in colours(view.grab().toImage())

    def test_hovering_tells_which_block(self, make_canvas: MakeCanvas, small_stack: Document, id_of: IdOf) -> None:
        view = make_canvas(small_stack)
        heard: list[BlockId | None] = []
        view.hovered.connect(heard.append)
        QTest.mouseMove(view.viewport(), spot(view, "Server", across=0.3))
        QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
        assert heard == [id_of(small_stack, "Server"), None]

    def test_whoever_sees_everything_goes_on_seeing_everything(
        self, make_canvas: MakeCanvas, small_stack: Document, id_of: IdOf
    ) -> None:
        view = make_canvas(small_stack)
        scale = view.scale_now
        view.workspace.select([id_of(small_stack, "Hyper-V")])
        view.insert("vm", count=6)
        assert view.scale_now < scale
        assert view.camera.sees(view.canvas.picture.layout.bounds())

    def test_whoever_looks_closer_keeps_the_scale_and_sees_what_is_new(
        self, make_canvas: MakeCanvas, small_stack: Document, id_of: IdOf
    ) -> None:
        view = make_canvas(small_stack)
        view.zoom_to(3.0)
        view.centre_on(id_of(small_stack, "Parent"))
        view.workspace.select([id_of(small_stack, "Hyper-V")])
        view.insert("vm", count=6)
        assert view.scale_now == 3.0
        primary = view.workspace.selection[-1]
        assert view.camera.sees(view.canvas.picture.layout.places[primary].bar)

    def test_the_overview_comes_when_there_is_more_than_the_view_shows(
        self, make_canvas: MakeCanvas, small_stack: Document
    ) -> None:
        view = make_canvas(small_stack)
        assert not view.overview.isVisible()
        view.zoom_to(3.0)
        assert view.overview.isVisible()
        before = view.mapToScene(view.viewport().rect().center())
        QTest.mouseClick(view.overview, LEFT, NONE, QPoint(10, 55))
        QTest.mouseClick(view.overview, LEFT, NONE, QPoint(170, 55))
        after = view.mapToScene(view.viewport().rect().center())
        assert after.x() > before.x()
        view.fit()
        assert not view.overview.isVisible()

    def test_the_overview_shows_the_diagram_in_small(
        self, make_canvas: MakeCanvas, small_stack: Document, light: Theme
    ) -> None:
        view = make_canvas(small_stack)
        view.zoom_to(3.0)
        view.overview.draw_again()
        assert light.colour("accent") in colours(view.overview.grab().toImage())
        assert len(colours(view.overview.grab().toImage())) > 10

    def test_opening_another_document_fits_it(self, make_canvas: MakeCanvas, small_stack: Document) -> None:
        view = make_canvas()
        view.zoom_to(5.0)
        view.workspace.replace(small_stack)
        seen = view.mapToScene(view.viewport().rect()).boundingRect()
        bounds = view.canvas.picture.layout.bounds()
        assert seen.contains(bounds.x, bounds.y)


def colours(image: QImage) -> set[str]:
    """The colours of a picture, of every pixel."""
    values = {image.pixel(x, y) & 0xFFFFFF for x in range(image.width()) for y in range(image.height())}
    return {f"#{value:06x}" for value in values}
