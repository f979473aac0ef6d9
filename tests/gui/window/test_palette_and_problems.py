"""Palette, problems, outline and architecture in a window."""

from __future__ import annotations

import gc
import json

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QStandardItem
from PySide6.QtWidgets import QApplication
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot
from shiboken6 import Shiboken

from hvstudio.gui.canvas.dragging import BLOCK_MIME
from hvstudio.gui.panels.palette import Entry
from hvstudio.gui.widgets.fields import PatientComboBox
from hvstudio.gui.window.main_window import MainWindow
from hvstudio.gui.window.navigation import insert, show_panel
from hvstudio.insight.scorecard import Score, Scorecard
from hvstudio.model.document import BlockId
from hvstudio.model.edits import add_block, attach, move_block, remove_blocks, rename_block


def block_named(window: MainWindow, name: str) -> BlockId:
    return next(block.id for block in window.parts.workspace.document.blocks.values() if block.name == name)


def test_the_filter_leaves_what_fits_and_chooses_the_first(window: MainWindow, qtbot: QtBot) -> None:
    palette = window.parts.palette
    everything = len(palette.entries())
    qtbot.keyClicks(palette.filter_field, "virtual pc")
    assert [entry for entry, _ in palette.entries()] == [Entry("hypervisor", "virtual-pc-2007")]
    assert everything > 50
    palette.filter_field.clear()
    assert len(palette.entries()) == everything


def test_enter_inserts_onto_the_selection(window: MainWindow, qtbot: QtBot) -> None:
    window.parts.workspace.select([block_named(window, "Hyper-V")])
    qtbot.keyClicks(window.parts.palette.filter_field, "virtual machine")
    qtbot.keyClick(window.parts.palette.filter_field, Qt.Key.Key_Return)
    machines = [block for block in window.parts.workspace.document.blocks.values() if block.kind == "vm"]
    assert len(machines) == 3
    assert machines[-1].rests_on == block_named(window, "Hyper-V")
    assert window.parts.workspace.selection == (machines[-1].id,)


def test_what_has_no_slot_is_refused_with_a_sentence(window: MainWindow) -> None:
    window.parts.workspace.select([block_named(window, "Disk")])
    insert(window.parts, Entry("workload", "web-server"))
    message = window.parts.messages.current
    assert message is None or "slot" in message.text


def test_a_dragged_entry_carries_kind_and_product_as_json(window: MainWindow) -> None:
    palette = window.parts.palette
    entry, index = next(pair for pair in palette.entries() if pair[0].product == "hyper-v-2016")
    data = palette.tree.model().mimeData([index])
    assert json.loads(bytes(data.data(BLOCK_MIME).data())) == {"kind": "hypervisor", "product": "hyper-v-2016"}
    assert entry.kind == "hypervisor"


def test_every_entry_tells_its_year_or_none_and_what_it_is(window: MainWindow) -> None:
    for entry, index in window.parts.palette.entries():
        assert index.data(Qt.ItemDataRole.ToolTipRole), entry
        assert index.data(Qt.ItemDataRole.AccessibleTextRole), entry


def test_clicking_a_finding_selects_its_block_and_opens_its_field(window: MainWindow, qtbot: QtBot) -> None:
    disk = block_named(window, "vDisk 1")
    window.parts.workspace.apply("x", lambda document: attach(document, disk, None))
    finding = next(item for item in window.parts.problems.findings() if item.block == disk)
    window.parts.problems.choose(finding)
    assert window.parts.workspace.selection == (disk,)
    assert window.parts.problems.details.isVisibleTo(window.parts.problems)


def test_fixing_a_finding_is_one_step(window: MainWindow) -> None:
    disk = block_named(window, "vDisk 1")
    window.parts.workspace.apply("Detach", lambda document: attach(document, disk, None))
    finding = next(item for item in window.parts.problems.findings() if item.block == disk and item.fixes)
    window.parts.problems.choose(finding)
    window.parts.workspace.apply(finding.fixes[0].label, finding.fixes[0].edit)
    assert all(item.rule != finding.rule or item.block != disk for item in window.parts.problems.findings())
    window.parts.workspace.undo()
    assert window.parts.workspace.undo_label == "Detach"


def test_a_suppressed_finding_leaves_the_list_and_keeps_its_reason(window: MainWindow, qtbot: QtBot) -> None:
    finding = next(item for item in window.parts.problems.findings() if item.block is not None)
    before = len(window.parts.problems.findings())
    show_panel(window.parts, "Problems")
    window.parts.problems.choose(finding)
    details = window.parts.problems.details
    details.silence.click()
    qtbot.keyClicks(details.reason, "it is a lab")
    qtbot.keyClick(details.reason, Qt.Key.Key_Return)
    assert len(window.parts.problems.findings()) == before - 1
    assert finding.block is not None
    assert window.parts.workspace.document.block(finding.block).suppressed[finding.rule] == "it is a lab"


def living_items() -> int:
    """Python's standard items that PySide believes to be alive."""
    gc.collect()
    return sum(isinstance(item, QStandardItem) for item in Shiboken.getAllValidWrappers())


def test_lists_filled_again_leave_no_items_behind(window: MainWindow) -> None:
    # A wrapper of a deleted item is mistaken for whatever is next created at its address, and the program dies.
    window.parts.problems._rebuild()
    window.parts.command_palette.open()
    before = living_items()
    for grouping in (0, 1, 2, 3, 0):
        window.parts.problems.grouping.setCurrentIndex(grouping)
    for text in ("", "insert", "go to", ""):
        window.parts.command_palette._filter(text)
    window.choose_theme("dark")
    window.choose_theme("light")
    assert living_items() == before


def test_severity_filters_hide_and_count(window: MainWindow) -> None:
    shown = window.parts.problems.findings()
    for toggle in window.parts.problems._toggles.values():
        toggle.setChecked(False)
    assert window.parts.problems.findings() == []
    assert len(shown) > 0


def test_f1_on_a_finding_opens_its_rule(window: MainWindow, qtbot: QtBot) -> None:
    show_panel(window.parts, "Problems")
    finding = window.parts.problems.findings()[0]
    window.parts.problems.choose(finding)
    window.parts.problems.tree.setFocus()
    qtbot.keyClick(window.parts.problems.tree, Qt.Key.Key_F1)
    assert finding.rule in window.parts.help.browser.toPlainText()


def outline_rows(window: MainWindow) -> list[tuple[int, str]]:
    """Every row of the outline from top to bottom, with its depth."""
    model = window.parts.outline.tree.model()
    rows: list[tuple[int, str]] = []

    def walk(parent: QModelIndex, depth: int) -> None:
        for row in range(model.rowCount(parent)):
            index = model.index(row, 0, parent)
            rows.append((depth, index.data()))
            walk(index, depth + 1)

    walk(QModelIndex(), 0)
    return rows


def test_outline_and_canvas_share_their_selection(window: MainWindow) -> None:
    show_panel(window.parts, "Outline")
    window.parts.workspace.select([block_named(window, "VM 2")])
    assert window.parts.outline.tree.currentIndex().data() == "VM 2"
    window.parts.outline.tree.setCurrentIndex(window.parts.outline.model.place_of(block_named(window, "Server")))
    assert window.parts.workspace.selection == (block_named(window, "Server"),)


def test_the_outline_is_the_composition_as_a_tree(window: MainWindow) -> None:
    show_panel(window.parts, "Outline")
    assert outline_rows(window) == [
        (0, "Server"), (1, "Disk"), (1, "Card"), (1, "Hyper-V"), (2, "Parent"), (3, "Windows"), (2, "VM 1"),
        (3, "vDisk 1"), (2, "VM 2"),
    ]  # fmt: skip


def test_the_outline_is_a_sound_tree_model_and_follows_every_edit(
    window: MainWindow, qtmodeltester: ModelTester
) -> None:
    show_panel(window.parts, "Outline")
    workspace = window.parts.workspace
    hypervisor, first, second = (block_named(window, name) for name in ("Hyper-V", "VM 1", "VM 2"))
    for edit in (
        lambda document: add_block(document, kind="vm", name="New", rests_on=hypervisor, before=first)[0],
        lambda document: remove_blocks(document, [first]),
        lambda document: rename_block(document, second, "Second"),
        lambda document: move_block(document, second, rests_on=None, position=(400.0, 0.0)),
    ):
        workspace.apply("Step", edit)
    qtmodeltester.check(window.parts.outline.model, force_py=True)
    assert outline_rows(window)[-4:] == [(2, "Parent"), (3, "Windows"), (2, "New"), (0, "Second")]


def test_the_outline_renames_and_refuses_an_empty_name(window: MainWindow) -> None:
    show_panel(window.parts, "Outline")
    vm = block_named(window, "VM 2")
    model = window.parts.outline.model
    model.setData(model.place_of(vm), "Mail")
    assert window.parts.workspace.document.block(vm).name == "Mail"
    model.setData(model.place_of(vm), " ")
    assert window.parts.workspace.document.block(vm).name == "Mail"


def test_the_architecture_panel_says_the_class_and_why(window: MainWindow) -> None:
    show_panel(window.parts, "Architecture")
    panel = window.parts.architecture
    assert panel.tag.text() == "Type 1"
    assert "Hyper-V" in panel.sentence.text()
    assert panel._steps.count() >= 3
    assert panel.summary() == "Type 1"


def test_validate_as_says_what_would_make_it_one(window: MainWindow) -> None:
    show_panel(window.parts, "Architecture")
    panel = window.parts.architecture
    panel.asked.setCurrentIndex(panel.asked.findData("type2"))
    panel.asked.activated.emit(panel.asked.currentIndex())
    assert "is not a Type 2" in panel.verdict.text()
    panel.asked.setCurrentIndex(panel.asked.findData("type1"))
    panel.asked.activated.emit(panel.asked.currentIndex())
    assert panel.verdict.text() == "Yes, it is Type 1."


def test_the_offer_to_undo_a_conversion_goes_with_the_next_step(window: MainWindow) -> None:
    before = window.parts.workspace.document
    window.parts.architecture.convert_to("type2")
    assert window.parts.messages.current is not None
    assert window.parts.messages.current.actions[0][0] == "Undo"
    window.parts.workspace.select([])
    assert window.parts.messages.current is not None
    window.parts.workspace.undo()
    assert window.parts.workspace.document == before
    assert window.parts.messages.current is None


def test_no_line_of_the_architecture_panel_is_wider_than_what_can_be_seen(window: MainWindow) -> None:
    show_panel(window.parts, "Architecture")
    QApplication.processEvents()
    panel = window.parts.architecture
    long = Score(promise="control", label="W" * 60, text="one word after the other")
    panel.scores.show_card(Scorecard(hypervisor=panel.hypervisor or "", title="", scores=(long,)))
    QApplication.processEvents()
    assert panel.widget().width() <= panel.viewport().width()


def test_scrolling_the_architecture_panel_asks_no_other_question(window: MainWindow) -> None:
    assert isinstance(window.parts.architecture.asked, PatientComboBox)
    assert isinstance(window.parts.architecture.chooser, PatientComboBox)


def test_converting_is_one_step_and_keeps_the_vms(window: MainWindow) -> None:
    window.actions_table["to-type2"].trigger()
    assert window.parts.architecture.summary() == "Type 2"
    names = {block.name for block in window.parts.workspace.document.blocks.values() if block.kind == "vm"}
    assert {"VM 1", "VM 2"} <= names
    window.parts.workspace.undo()
    assert window.parts.architecture.summary() == "Type 1"


def test_pointing_at_a_step_marks_its_blocks(window: MainWindow) -> None:
    marked: list[object] = []
    window.parts.architecture.highlight_requested.connect(marked.append)
    step = window.parts.architecture._steps.itemAt(0).widget()
    step.pointed_at.emit(step.blocks)
    assert marked == [step.blocks]


def test_consequences_follow_the_selection(window: MainWindow) -> None:
    show_panel(window.parts, "Architecture")
    window.parts.workspace.select([block_named(window, "Server")])
    text = window.parts.architecture.consequences._column.itemAt(0).widget().text()
    assert "2 of 2 stop with it" in text or "2 VMs" in text
