"""The window: palette, canvas, inspector and panels around one workspace. It connects; the parts do the work."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QByteArray, QEvent, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QComboBox, QMainWindow

from hvstudio.editor.workspace import Event, Workspace
from hvstudio.gui.canvas.view import ContextRequest
from hvstudio.gui.window.actions.shown import Actions
from hvstudio.gui.window.actions.state import state_of
from hvstudio.gui.window.appearance import THEME_CHOICES, apply_theme, chosen_theme, dress
from hvstudio.gui.window.commands import commands_of
from hvstudio.gui.window.context_menu import context_menu
from hvstudio.gui.window.dialogs.questions import Dialogs
from hvstudio.gui.window.docks import apply_layout, hide_stray_tab_bars, layout_text
from hvstudio.gui.window.layout import arrange, fit_width
from hvstudio.gui.window.menus import Menus
from hvstudio.gui.window.navigation import close_gallery, go_to_block, show_panel
from hvstudio.gui.window.panels import PANELS
from hvstudio.gui.window.parts import Panel, make_parts
from hvstudio.gui.work.background import Runner
from hvstudio.gui.work.choices import Choices
from hvstudio.gui.work.files import Questions
from hvstudio.gui.work.message import Message
from hvstudio.gui.work.run_state import RunState
from hvstudio.model.document import BlockId

_ABOUT_A_RUN: Final = ("crash", "control", "run", "run-off", "outdated")
"""Keys of messages that are no longer so once another run begins."""


class MainWindow(QMainWindow):
    """One document in one window. `parts` is everything in it; what it shows is derived from them by `refresh`."""

    def __init__(
        self,
        workspace: Workspace,
        *,
        runner: Runner,
        choices: Choices,
        questions: Questions | None = None,
        recovery_folder: Path | None = None,
        panels: Sequence[Panel] = PANELS,
    ) -> None:
        super().__init__()
        self._panels = panels
        self.setObjectName("mainWindow")
        theme = chosen_theme(choices.settings)
        dress(self, theme)
        self.parts = make_parts(
            self,
            workspace,
            runner=runner,
            choices=choices,
            questions=questions or Dialogs(self),
            recovery_folder=recovery_folder,
            theme=theme,
            panels=panels,
        )
        self.actions_table = Actions(self.parts, done=self.refresh)
        self.menus = Menus(self, self.actions_table)
        arrange(self.parts, panels)
        self.menus.add_docks(self.parts.docks.values())
        self.menus.add_history(workspace)
        self.menus.add_themes(self, THEME_CHOICES, choices.settings.theme, self.choose_theme)
        self._connect()
        self._restore_layout()
        self.parts.analysis.start()
        self.refresh()

    # Building

    def _connect(self) -> None:
        parts = self.parts
        parts.workspace.add_listener(self._follow)
        parts.canvas.commands.tell = lambda sentence: parts.say(Message(text=sentence, key="canvas"))
        parts.canvas.said.connect(lambda text: self.statusBar().showMessage(str(text)))
        parts.canvas.zoomChanged.connect(lambda scale: parts.zoom_label.setText(f"{scale:.0%}"))
        parts.canvas.contextRequested.connect(self._show_context_menu)
        parts.command_palette.collect = lambda: commands_of(parts, self.actions_table)
        parts.analysis.report_ready.connect(parts.canvas.set_report)
        parts.analysis.report_ready.connect(lambda _report: self.refresh())
        parts.runs.state_changed.connect(lambda _state: self.refresh())
        parts.runs.started.connect(lambda _run: self._show_run())
        parts.runs.finished.connect(lambda _run: parts.canvas.set_heat(None))
        parts.runs.sampled.connect(self._show_heat)
        parts.gallery.example_chosen.connect(parts.files.open_example)
        parts.gallery.file_chosen.connect(lambda path: parts.files.open_path(Path(path)))
        parts.gallery.closed.connect(lambda: close_gallery(parts))
        parts.find_bar.block_found.connect(lambda block: go_to_block(parts, str(block)))
        for bar in (parts.find_bar.closed, parts.command_palette.closed, parts.messages.left):
            bar.connect(parts.canvas.setFocus)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow_system)

    # Showing

    def refresh(self) -> None:
        """Show what follows from the document, the runs and the choices as they are now."""
        parts = self.parts
        workspace, report = parts.workspace, parts.analysis.report
        state = state_of(parts)
        self.actions_table.refresh(state)
        parts.canvas.show_grid(state.is_grid_shown)
        self.setWindowTitle(f"{workspace.file.name_for(workspace.document.title)}[*] – HVStudio")
        self.setWindowModified(workspace.modified)
        count = 0 if report is None else sum(1 for item in report.findings if not item.suppressed)
        parts.docks["Problems"].setWindowTitle(f"Problems ({count})" if count else "Problems")
        parts.class_label.setText("" if report is None else parts.architecture.summary())
        self._say_if_outdated()

    def _say_if_outdated(self) -> None:
        run = self.parts.runs.run
        if run is not None and self.parts.runs.is_outdated and self.parts.runs.state.is_live:
            text = "The composition has changed since this run began; the run goes on with the one it began with."
            again = ("Run again", lambda: self.actions_table["run-again"].trigger())
            self.parts.say(Message(text=text, key="outdated", actions=(again,), lasting=True))
        else:
            self.parts.messages.withdraw("outdated")

    def _follow(self, event: Event) -> None:
        parts = self.parts
        if event.previous is not parts.workspace.document:
            parts.messages.withdraw("convert")  # its Undo would take back another step
        if event.replaced:
            for key in _ABOUT_A_RUN:
                parts.messages.withdraw(key)
            close_gallery(parts)
            parts.canvas.set_highlight(())
            self.menus.show_recent(parts.choices.settings.recent_files, parts.files.open_path)
        if event.selection_changed:
            parts.run_panel.emphasise(parts.workspace.primary or "")
        self.refresh()

    def _show_run(self) -> None:
        for key in _ABOUT_A_RUN:
            self.parts.messages.withdraw(key)
        show_panel(self.parts, "Run")
        self.refresh()

    def _show_heat(self) -> None:
        run, document = self.parts.runs.run, self.parts.workspace.document
        if run is not None and self.parts.runs.state is RunState.RUNNING:
            busy: dict[BlockId, float] = {}
            for block, value in zip(run.plan.station_block, run.series.latest("stations"), strict=True):
                if block in document.blocks:
                    busy[BlockId(block)] = max(busy.get(BlockId(block), 0.0), round(float(value), 1))
            self.parts.canvas.set_heat(busy)

    def _show_context_menu(self, request: ContextRequest) -> None:
        context_menu(self.parts, self.menus, request)

    # Theme and layout

    def choose_theme(self, name: str) -> None:
        """Take "light", "dark" or "system" as the theme."""
        self.parts.choices.change(theme=name)
        self._apply_theme()

    def _follow_system(self) -> None:
        if chosen_theme(self.parts.choices.settings).name != self.parts.theme.name:
            self._apply_theme()

    def _apply_theme(self) -> None:
        theme = chosen_theme(self.parts.choices.settings)
        apply_theme(self, theme)
        self.actions_table.apply_theme(theme)

    def _restore_layout(self) -> None:
        settings = self.parts.choices.settings
        if settings.window:
            self.restoreGeometry(QByteArray.fromBase64(settings.window.encode()))
        else:
            area = self.screen().availableGeometry()
            self.resize(min(1440, area.width()), min(920, area.height()))
        apply_layout(self.parts, self._panels, settings.dock_layout)
        self.menus.show_recent(settings.recent_files, self.parts.files.open_path)

    # Qt's events

    def event(self, event: QEvent) -> bool:
        """Space belongs to the button or the list that has the keyboard; elsewhere it runs."""
        if event.type() is not QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
            return super().event(event)
        has_own_use = isinstance(self.focusWidget(), QAbstractButton | QComboBox)
        if event.key() == Qt.Key.Key_Space and has_own_use:
            event.accept()
            return True
        return super().event(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A file may be dropped anywhere on the window."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the dropped file."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            QTimer.singleShot(0, self, lambda: self.parts.files.open_path(paths[0]))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The panels share the corners as the width allows."""
        super().resizeEvent(event)
        if fit_width(self, self.menus.toolbar, event.size().width()):
            QTimer.singleShot(0, self, lambda: hide_stray_tab_bars(self))

    def showEvent(self, event: QEvent) -> None:  # type: ignore[override]
        """Show the whole composition once the window has its size."""
        super().showEvent(event)  # type: ignore[arg-type]
        self.parts.canvas.setFocus()
        QTimer.singleShot(0, self.parts.canvas, self.parts.canvas.fit)
        QTimer.singleShot(0, self, lambda: hide_stray_tab_bars(self))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about unsaved changes; what is under way ends with the event loop, whichever way that is left."""
        if not self.parts.files.may_close(self.close):
            event.ignore()
            return
        self.parts.choices.change(
            window=bytes(self.saveGeometry().toBase64().data()).decode(),
            dock_layout=layout_text(self.parts, self._panels),
            is_first_start=False,
        )
        event.accept()

    def shut_down(self) -> None:
        """End everything that is under way, once no event loop runs any more. The one place for it.

        Work that is asked to stop may need a moment. It is waited for here, with nothing on the screen, because
        threads that outlive the widgets they hold, or the interpreter, end in a crash. A window that nobody has
        closed was left by a signal or with the session: its unsaved work is kept for the next start.
        """
        parts = self.parts
        was_left = self.isVisible()
        self.hide()
        parts.runs.shut_down()
        parts.comparing.cancel()
        parts.runner.shut_down()
        parts.runs.wait()
        parts.runner.wait()
        parts.recovery.close(keep_unsaved=was_left)
        parts.choices.save_now()
