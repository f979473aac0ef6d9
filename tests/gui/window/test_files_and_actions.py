"""Files, actions, theme, messages and export in a window."""

from __future__ import annotations

import json
import os
import runpy
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from hvstudio.checks.register import RULES
from hvstudio.files.journal import Journal
from hvstudio.files.store import document_in, load, save
from hvstudio.gui.app import install_crash_hook, person_catalog
from hvstudio.gui.panels.help import page_names
from hvstudio.gui.pictures.export import Look
from hvstudio.gui.window.actions.table import ACTIONS
from hvstudio.gui.window.dialogs.about import about_text
from hvstudio.gui.window.docks import layout_text
from hvstudio.gui.window.main_window import MainWindow
from hvstudio.gui.window.navigation import show_panel
from hvstudio.gui.window.panels import PANELS
from hvstudio.gui.work.background import Background, Immediate, Latest
from hvstudio.gui.work.files import file_name
from hvstudio.gui.work.message import Message
from hvstudio.model.document import Document
from hvstudio.model.edits import set_title
from hvstudio.settings import Settings

PROBE = Path(__file__).parents[2] / "e2e" / "probe.py"


def change(window: MainWindow) -> None:
    window.parts.workspace.apply("Title", lambda document: set_title(document, "Changed"))


def shown(window: MainWindow) -> str:
    return "" if window.parts.messages.current is None else window.parts.messages.current.text


def test_saving_asks_once_and_then_knows_the_file(window: MainWindow, answers, tmp_path: Path) -> None:
    answers.path = tmp_path / "mine.hvs"
    change(window)
    window.actions_table["save"].trigger()
    assert load(answers.path).title == "Changed"
    assert not window.parts.workspace.modified
    assert "mine.hvs" in window.windowTitle()
    window.parts.workspace.apply("Title", lambda document: set_title(document, "Again"))
    window.actions_table["save"].trigger()
    assert answers.asked == ["save"]
    assert load(answers.path).title == "Again"


def test_a_read_only_folder_is_explained_and_nothing_is_lost(window: MainWindow, answers, tmp_path: Path) -> None:
    if os.geteuid() == 0:
        folder = tmp_path / "a-file-not-a-folder"
        folder.write_text("x")
    else:
        folder = tmp_path / "locked"
        folder.mkdir()
        folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    answers.path = folder / "mine.hvs"
    change(window)
    window.actions_table["save"].trigger()
    message = window.parts.messages.current
    assert message is not None
    assert message.severity == "error"
    assert [label for label, _ in message.actions] == ["Try again", "Save as…"]
    assert window.parts.workspace.modified
    assert window.parts.workspace.document.title == "Changed"


def test_a_file_changed_by_others_is_not_overwritten_unasked(window: MainWindow, answers, tmp_path: Path) -> None:
    answers.path = tmp_path / "mine.hvs"
    change(window)
    window.actions_table["save"].trigger()
    save(Document(title="Of somebody else"), answers.path)
    window.parts.workspace.apply("Title", lambda document: set_title(document, "Mine"))
    window.actions_table["save"].trigger()
    assert load(answers.path).title == "Of somebody else"
    message = window.parts.messages.current
    assert message is not None
    overwrite = dict(message.actions)["Overwrite it"]
    overwrite()
    assert load(answers.path).title == "Mine"


def test_a_broken_file_leaves_the_document_as_it_is(window: MainWindow, tmp_path: Path) -> None:
    broken = tmp_path / "broken.hvs"
    broken.write_text("{")
    before = window.parts.workspace.document
    window.parts.files.open_path(broken)
    assert window.parts.workspace.document is before
    assert "broken.hvs" in shown(window)


@pytest.mark.parametrize(("answer", "title"), [("cancel", "Changed"), ("discard", "Untitled")])
def test_unsaved_changes_are_asked_about_before_another_document(
    window: MainWindow, answers, answer: str, title: str
) -> None:
    change(window)
    answers.about_changes = answer
    window.actions_table["new"].trigger()
    assert answers.asked == ["unsaved"]
    assert window.parts.workspace.document.title == title


def test_saving_first_goes_on_afterwards(window: MainWindow, answers, tmp_path: Path) -> None:
    change(window)
    answers.about_changes, answers.path = "save", tmp_path / "kept.hvs"
    window.actions_table["new"].trigger()
    assert load(answers.path).title == "Changed"
    assert len(window.parts.workspace.document) == 0


def test_an_exported_picture_opens_again(window: MainWindow, tmp_path: Path) -> None:
    blocks = set(window.parts.workspace.document.blocks)
    for suffix in (".png", ".svg", ".pdf"):
        target = tmp_path / f"picture{suffix}"
        window.parts.exports.export_to(target, Look())
        window.parts.files.new()
        window.parts.files.open_path(target)
        assert set(window.parts.workspace.document.blocks) == blocks, suffix
        assert window.parts.workspace.file.path is None
        assert target.name in window.windowTitle()


def test_the_plot_is_exported_as_picture_drawing_and_table(
    running_example: MainWindow, qtbot: QtBot, answers, tmp_path: Path
) -> None:
    window = running_example
    window.parts.choices.change(run_speed=0.0, run_duration_s=2.0)
    window.actions_table["run"].trigger()
    qtbot.waitUntil(lambda: window.parts.runs.state == "finished", timeout=20_000)
    for suffix in (".png", ".svg", ".csv"):
        answers.path = tmp_path / f"plot{suffix}"
        window.actions_table["export-plot"].trigger()
        assert answers.path.stat().st_size > 1000, suffix
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")
    assert b"<text" in (tmp_path / "plot.svg").read_bytes()
    head = (tmp_path / "plot.csv").read_text().splitlines()[0]
    assert head.startswith("time_s,Database throughput_per_s")


def test_actions_that_are_off_say_why(open_window: Callable[[Document], MainWindow]) -> None:
    window = open_window(Document())
    for name, reason in (
        ("undo", "Nothing has been changed yet."),
        ("copy", "Select a block first."),
        ("export", "There is nothing on the canvas yet."),
        ("export-plot", "Run once first"),
        ("stop", "Nothing is running."),
        ("to-type1", "There is no hypervisor"),
    ):
        action = window.actions_table[name]
        assert not action.isEnabled(), name
        assert reason in action.toolTip(), name
        assert reason in action.statusTip(), name


def test_every_action_has_a_handler_a_name_and_a_shortcut_of_its_own(window: MainWindow) -> None:
    taken: dict[str, str] = {}
    for spec in ACTIONS:
        assert window.actions_table[spec.name].objectName() == f"action.{spec.name}"
        for keys in spec.keys:
            portable = QKeySequence(keys).toString()
            assert portable, (spec.name, keys)
            assert portable not in taken, (spec.name, taken.get(portable))
            taken[portable] = spec.name


def test_undo_names_what_it_takes_back(window: MainWindow) -> None:
    change(window)
    assert window.actions_table["undo"].text() == "Undo title"
    window.actions_table["undo"].trigger()
    assert window.actions_table["redo"].text() == "Redo title"


def test_the_theme_switches_everything_while_it_runs(window: MainWindow) -> None:
    window.choose_theme("dark")
    assert window.parts.theme.dark
    assert window.parts.canvas.theme.dark
    assert window.palette().window().color().name() == window.parts.theme.colour("window")
    background = window.parts.run_panel.plot.widget.backgroundBrush().color().name()
    assert background == window.parts.theme.colour("surface")
    assert window.parts.theme.colour("surface") in window.styleSheet()
    window.choose_theme("light")
    assert not window.parts.canvas.theme.dark


def test_messages_wait_their_turn_and_a_key_replaces(window: MainWindow) -> None:
    window.parts.say(Message(text="first", severity="error"))
    window.parts.say(Message(text="second", severity="warning", key="a"))
    window.parts.say(Message(text="third", severity="warning", key="a"))
    assert shown(window) == "third"
    window.parts.messages.dismiss()
    assert shown(window) == "first"
    window.parts.messages.dismiss()
    assert not window.parts.messages.isVisibleTo(window)


def test_unsaved_work_of_a_dead_session_is_offered_and_taken(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path / "recovery")
    journal.record(Document(title="Lost work"))
    journal.close()
    for file in (tmp_path / "recovery").iterdir():
        file.rename(file.with_name(file.name.replace(str(os.getpid()), "999999999")))
    window.parts.recovery.offer()
    message = window.parts.messages.current
    assert message is not None
    assert "Lost work" in message.text
    dict(message.actions)["Recover"]()
    assert window.parts.workspace.document.title == "Lost work"
    assert window.parts.workspace.modified


def test_the_command_palette_finds_actions_blocks_and_things_to_insert(window: MainWindow) -> None:
    palette = window.parts.command_palette
    palette.open()
    palette.field.setText("insert xen")
    assert palette._model.rowCount() == 1
    palette._run(palette.list.currentIndex())
    assert any(block.product == "xen" for block in window.parts.workspace.document.blocks.values())
    palette.open()
    palette.field.setText("go to vm 2")
    palette._run(palette.list.currentIndex())
    assert window.parts.workspace.document.block(window.parts.workspace.selection[0]).name == "VM 2"


def test_find_walks_through_the_matches(window: MainWindow) -> None:
    window.actions_table["find"].trigger()
    window.parts.find_bar.field.setText("virtual machine")
    assert window.parts.find_bar.count.text() == "2 found"
    window.parts.find_bar.step(1)
    assert window.parts.workspace.document.block(window.parts.workspace.selection[0]).name == "VM 1"
    window.parts.find_bar.step(1)
    assert window.parts.workspace.document.block(window.parts.workspace.selection[0]).name == "VM 2"
    assert window.parts.find_bar.count.text() == "2 of 2"


def test_the_gallery_shows_every_example_with_its_note(window: MainWindow) -> None:
    window.actions_table["examples"].trigger()
    assert len(window.parts.gallery._cards) >= 12
    assert all(card.example.note for card in window.parts.gallery._cards)
    window.parts.gallery._cards[0].opened.emit(window.parts.gallery._cards[0].example.name)
    assert window.parts.stack.currentWidget() is window.parts.canvas
    assert len(window.parts.workspace.document) > 0


def test_every_help_page_opens_and_its_links_lead_somewhere(window: MainWindow) -> None:
    pages = page_names()
    assert pages[0] == "getting-started"
    assert len(pages) >= 7
    for page in pages:
        window.parts.help.show_page(page)
        assert window.parts.help.browser.toPlainText().strip()


def test_every_rule_has_a_page_reached_from_the_index(window: MainWindow) -> None:
    window.parts.help.show_page("rules")
    assert "All rules" in window.parts.help.browser.toPlainText()
    for rule in RULES:
        window.parts.help.browser.anchorClicked.emit(QUrl(f"rule:{rule}"))
        assert RULES[rule].title in window.parts.help.browser.toPlainText(), rule


def test_about_names_version_and_engine() -> None:
    text = about_text()
    assert "HVStudio" in text
    assert "engine: compiled" in text or "engine: interpreted" in text


def test_the_probe_tells_where_blocks_and_entries_are(window: MainWindow) -> None:
    describe_window = runpy.run_path(str(PROBE))["describe_window"]
    seen = json.loads(json.dumps(describe_window(window)))
    assert set(seen["blocks"]) == set(window.parts.workspace.document.blocks)
    assert all(width > 0 and height > 0 for _, _, width, height in seen["blocks"].values())
    assert "host-server-2016" in seen["palette"] or len(seen["palette"]) > 3
    assert "button.run" in seen["buttons"]
    assert list(seen["classes"].values()) == ["Type 1"]


def test_every_field_and_button_has_an_accessible_name(window: MainWindow) -> None:
    from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QComboBox, QLineEdit

    window.parts.workspace.select([next(iter(window.parts.workspace.document.blocks))])
    nameless = [
        f"{type(widget).__name__} {widget.objectName()} in {widget.parentWidget().objectName()}"
        for kind in (QAbstractButton, QLineEdit, QComboBox, QAbstractItemView)
        for widget in window.findChildren(kind)
        if widget.isVisible()
        and not widget.accessibleName()
        and not (isinstance(widget, QAbstractButton) and widget.text())
        and not widget.objectName().startswith("qt_")
    ]
    assert nameless == []


def test_the_layout_of_the_panels_is_remembered(window: MainWindow) -> None:
    window.parts.docks["Results"].hide()
    data = json.loads(layout_text(window.parts, PANELS))
    assert data["hidden"] == ["Results"]
    assert set(data["sizes"]) == {"left", "right", "bottom"}


def test_only_the_newest_request_is_delivered() -> None:
    class Later:
        def __init__(self) -> None:
            self.jobs: list[tuple[Callable[[], object], Callable[[object], None]]] = []

        def run(self, work, then, failed=None) -> None:
            self.jobs.append((work, then))

        def shut_down(self) -> None:
            """Nothing to end."""

    later, got = Later(), []
    latest = Latest(later)
    for number in (1, 2, 3):
        latest.ask(lambda number=number: number, got.append)
    work, then = later.jobs.pop(0)
    then(work())
    assert got == []
    work, then = later.jobs.pop(0)
    then(work())
    assert got == [3]
    assert later.jobs == []


def test_background_work_comes_back_to_the_main_thread(qtbot: QtBot) -> None:
    import threading

    background, seen = Background(), []
    background.run(threading.get_ident, lambda ident: seen.append((ident, threading.get_ident())))
    qtbot.waitUntil(lambda: bool(seen))
    worker, deliverer = seen[0]
    assert worker != deliverer == threading.get_ident()
    background.shut_down()


def test_immediate_work_raises_where_nobody_listens() -> None:
    with pytest.raises(ZeroDivisionError):
        Immediate().run(lambda: 1 / 0, lambda _value: None)


def test_space_belongs_to_the_button_that_has_the_keyboard(window: MainWindow, qtbot: QtBot) -> None:
    show_panel(window.parts, "Run")
    box = window.parts.run_panel.earlier
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Space)
    assert box.isChecked()
    assert window.parts.runs.state == "idle"


def test_a_preview_shows_what_a_conversion_leads_to_and_changes_nothing(window: MainWindow) -> None:
    show_panel(window.parts, "Architecture")
    before = window.parts.workspace.document
    button = window.parts.architecture._convert_buttons["type2"]
    QApplication.sendEvent(button, QEvent(QEvent.Type.Enter))
    window.parts.preview.draw()
    assert window.parts.preview.isVisible()
    assert window.parts.preview.title.text() == "Preview: Convert to Type 2"
    assert not window.parts.preview.picture.pixmap().isNull()
    QApplication.sendEvent(button, QEvent(QEvent.Type.Leave))
    assert not window.parts.preview.isVisible()
    assert window.parts.workspace.document is before


def test_the_history_goes_to_any_state(window: MainWindow) -> None:
    change(window)
    window.parts.workspace.apply("Again", lambda document: set_title(document, "Twice changed"))
    menu = next(menu for menu in window.findChildren(QMenu) if menu.objectName() == "history")
    menu.aboutToShow.emit()
    assert [action.text() for action in menu.actions()] == ["Again", "Title", "As it was opened"]
    menu.actions()[2].trigger()
    assert window.parts.workspace.document.title == "Untitled"
    menu.aboutToShow.emit()
    menu.actions()[0].trigger()
    assert window.parts.workspace.document.title == "Twice changed"


def test_a_file_dropped_on_the_window_is_opened(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "dropped.hvs"
    save(Document(title="Dropped"), file)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    drop = QDropEvent(
        QPointF(50, 50), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    window.dropEvent(drop)
    qtbot.waitUntil(lambda: window.parts.workspace.document.title == "Dropped")
    assert window.parts.workspace.file.path == file


def test_what_nobody_catches_is_shown_and_logged_and_the_work_goes_on(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, expected_log_warnings: list[str], tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    expected_log_warnings.append("nobody caught")
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    install_crash_hook(window.parts)
    change(window)
    try:
        raise ZeroDivisionError("a bug")
    except ZeroDivisionError as error:
        sys.excepthook(ZeroDivisionError, error, error.__traceback__)
    assert "a bug" in shown(window)
    assert "Your work is kept" in shown(window)
    assert list((tmp_path / "recovery").glob("*.journal"))
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_a_catalogue_of_ones_own_that_is_wrong_is_left_out_with_the_reason(tmp_path: Path) -> None:
    wrong = tmp_path / "own.toml"
    wrong.write_text("[[product]]\nid = 'x'\n")
    catalog, problem = person_catalog(Settings(user_catalog=str(wrong)))
    assert "own.toml" in problem
    assert "hyper-v-2016" in catalog.products
    assert person_catalog(Settings()) == (catalog, "")


def test_pasting_from_an_empty_clipboard_says_so(window: MainWindow) -> None:
    QApplication.clipboard().clear()
    before = window.parts.workspace.document
    window.actions_table["paste"].trigger()
    assert window.parts.workspace.document is before
    assert shown(window)


def test_the_picture_is_copied_with_the_composition_inside(window: MainWindow) -> None:
    window.actions_table["copy-image"].trigger()
    data = QApplication.clipboard().mimeData()
    assert data.hasImage()
    document, is_export = document_in(bytes(data.data("image/png").data()), name="clipboard")
    assert is_export
    assert document == window.parts.workspace.document
    QApplication.clipboard().clear()


def test_a_title_becomes_a_name_that_every_file_system_takes() -> None:
    assert file_name("Hyper-V 2016: VMM Type 1") == "Hyper-V 2016 VMM Type 1"
    assert file_name("Web/DB \\ *") == "Web DB"
    assert file_name("?") == "Untitled"
