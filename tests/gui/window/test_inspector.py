"""The inspector: commits what was typed as one step, refuses at the field, edits many blocks at once."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from hvstudio.gui.widgets.fields import SEVERAL
from hvstudio.gui.window.main_window import MainWindow
from hvstudio.model.document import BlockId
from hvstudio.model.edits import set_parameters


def block_named(window: MainWindow, name: str) -> BlockId:
    return next(block.id for block in window.parts.workspace.document.blocks.values() if block.name == name)


def type_into(qtbot: QtBot, editor: QLineEdit, text: str) -> None:
    editor.setFocus()
    editor.selectAll()
    qtbot.keyClicks(editor, text)
    qtbot.keyClick(editor, Qt.Key.Key_Return)


def line(window: MainWindow, parameter: str) -> QLineEdit:
    editor = window.parts.inspector.rows[parameter].editor
    assert isinstance(editor, QLineEdit)
    return editor


def test_a_typed_quantity_becomes_one_step_in_si_units(window: MainWindow, qtbot: QtBot) -> None:
    vm = block_named(window, "VM 1")
    window.parts.workspace.select([vm])
    type_into(qtbot, line(window, "memory_bytes"), "4 GiB")
    assert window.parts.workspace.document.block(vm).parameters["memory_bytes"] == 4 * 2**30
    assert window.parts.workspace.undo_label == "Set memory"
    window.parts.workspace.undo()
    assert line(window, "memory_bytes").text() == "1 GiB"


def test_a_senseless_unit_is_refused_at_the_field_with_the_reason(window: MainWindow, qtbot: QtBot) -> None:
    vm = block_named(window, "VM 1")
    window.parts.workspace.select([vm])
    type_into(qtbot, line(window, "memory_bytes"), "4 parsecs")
    row = window.parts.inspector.rows["memory_bytes"]
    assert row.problem.isVisible()
    assert "parsecs" in row.problem.text()
    assert window.parts.workspace.undo_label == ""
    assert row.editor.property("invalid") is True


def test_a_number_out_of_range_names_the_limit(window: MainWindow, qtbot: QtBot) -> None:
    window.parts.workspace.select([block_named(window, "VM 1")])
    type_into(qtbot, line(window, "cpu_weight"), "20000")
    assert "at most" in window.parts.inspector.rows["cpu_weight"].problem.text()


def test_half_a_processor_is_no_whole_number(window: MainWindow, qtbot: QtBot) -> None:
    window.parts.workspace.select([block_named(window, "VM 1")])
    type_into(qtbot, line(window, "virtual_processors"), "1.5")
    assert "whole number" in window.parts.inspector.rows["virtual_processors"].problem.text()


def test_escape_brings_the_value_back_and_the_problem_goes(window: MainWindow, qtbot: QtBot) -> None:
    window.parts.workspace.select([block_named(window, "VM 1")])
    editor = line(window, "memory_bytes")
    type_into(qtbot, editor, "much")
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert editor.text() == "1 GiB"
    assert not window.parts.inspector.rows["memory_bytes"].problem.isVisible()


def test_leaving_a_field_untouched_is_no_edit(window: MainWindow, qtbot: QtBot) -> None:
    window.parts.workspace.select([block_named(window, "VM 1")])
    editor = line(window, "memory_bytes")
    editor.setFocus()
    line(window, "cpu_weight").setFocus()
    assert not window.parts.workspace.modified


def test_blocks_that_differ_show_several_values_and_take_one(window: MainWindow, qtbot: QtBot) -> None:
    first, second = block_named(window, "VM 1"), block_named(window, "VM 2")
    window.parts.workspace.apply("x", lambda document: set_parameters(document, [first], {"virtual_processors": 4}))
    window.parts.workspace.select([first, second])
    editor = line(window, "virtual_processors")
    assert (editor.text(), editor.placeholderText()) == ("", SEVERAL)
    type_into(qtbot, editor, "2")
    document = window.parts.workspace.document
    assert [document.block(vm).parameters["virtual_processors"] for vm in (first, second)] == [2, 2]


def test_vm_and_parent_partition_share_their_cpu_controls(window: MainWindow) -> None:
    window.parts.workspace.select([block_named(window, "Parent"), block_named(window, "VM 1")])
    assert {"cpu_weight", "cpu_reserve", "cpu_limit"} <= set(window.parts.inspector.rows)
    assert "generation" not in window.parts.inspector.rows


def test_reset_takes_the_value_back_to_the_catalogue(window: MainWindow, qtbot: QtBot) -> None:
    vm = block_named(window, "VM 1")
    window.parts.workspace.apply("x", lambda document: set_parameters(document, [vm], {"cpu_weight": 500.0}))
    window.parts.workspace.select([vm])
    row = window.parts.inspector.rows["cpu_weight"]
    row.reset.click()
    assert "cpu_weight" not in window.parts.workspace.document.block(vm).parameters
    assert not row.reset.isVisible()


def test_a_switch_reveals_the_fields_that_depend_on_it(window: MainWindow, qtbot: QtBot) -> None:
    window.parts.workspace.select([block_named(window, "VM 1")])
    rows = window.parts.inspector.rows
    assert not rows["memory_minimum_bytes"].isVisibleTo(window.parts.inspector)
    box = rows["dynamic_memory"].editor
    assert isinstance(box, QCheckBox)
    box.click()
    assert rows["memory_minimum_bytes"].isVisibleTo(window.parts.inspector)


def test_a_product_is_chosen_from_the_catalogue(window: MainWindow) -> None:
    hypervisor = block_named(window, "Hyper-V")
    window.parts.workspace.select([hypervisor])
    chooser = window.parts.inspector.identity.product
    chooser.setCurrentIndex(chooser.findData("hyper-v-2012"))
    chooser.activated.emit(chooser.currentIndex())
    assert window.parts.workspace.document.block(hypervisor).product == "hyper-v-2012"


def test_a_virtual_disk_is_attached_by_choosing(window: MainWindow) -> None:
    disk = block_named(window, "vDisk 1")
    window.parts.workspace.select([disk])
    chooser = window.parts.inspector.identity.attachment
    assert chooser.currentText() == "Disk (Server)"
    chooser.setCurrentIndex(0)
    chooser.activated.emit(0)
    assert window.parts.workspace.document.block(disk).attached_to is None


def test_an_empty_name_is_refused_in_words(window: MainWindow, qtbot: QtBot) -> None:
    window.parts.workspace.select([block_named(window, "VM 1")])
    type_into(qtbot, window.parts.inspector.identity.name, " ")
    assert "needs a name" in window.parts.inspector.identity.problem.text()


def test_estimates_are_marked_and_the_source_is_told(window: MainWindow) -> None:
    window.parts.workspace.select([block_named(window, "VM 1")])
    row = window.parts.inspector.rows["memory_demand"]
    assert row.badge.isVisibleTo(window.parts.inspector)
    weight = window.parts.inspector.rows["cpu_weight"]
    assert not weight.badge.isVisibleTo(window.parts.inspector)
    weight.described.emit(weight)
    assert "TLFS" in window.parts.inspector.doc.text()


def test_nothing_selected_shows_title_and_notes(window: MainWindow, qtbot: QtBot) -> None:
    window.parts.workspace.select([])
    form = window.parts.inspector.document_form
    assert form.isVisibleTo(window.parts.inspector)
    type_into(qtbot, form.title, "Branch office")
    assert window.parts.workspace.document.title == "Branch office"


def test_the_wheel_passes_an_unfocused_choice(window: MainWindow) -> None:
    window.parts.workspace.select([block_named(window, "VM 1")])
    combo = window.parts.inspector.rows["generation"].editor
    assert isinstance(combo, QComboBox)
    assert combo.focusPolicy() == Qt.FocusPolicy.StrongFocus
