"""The window: palette, canvas, inspector and panels around one workspace. It connects; the parts do the work."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QByteArray, QEvent, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDockWidget,
    QLabel,
    QMainWindow,
    QStackedWidget,
)

from hvstudio.catalog.kinds import role_of
from hvstudio.catalog.role import Role
from hvstudio.checks.finding import Finding, Report
from hvstudio.editor.workspace import Event, Workspace
from hvstudio.gui.canvas.view import CanvasView
from hvstudio.gui.look.stylesheet import stylesheet
from hvstudio.gui.look.theme import Theme, load_theme, palette
from hvstudio.gui.panels.architecture import ArchitecturePanel
from hvstudio.gui.panels.comparison import ComparisonPanel
from hvstudio.gui.panels.gallery import Gallery
from hvstudio.gui.panels.help import HelpPanel
from hvstudio.gui.panels.inspector import InspectorPanel
from hvstudio.gui.panels.outline import OutlinePanel
from hvstudio.gui.panels.palette import Entry, PalettePanel
from hvstudio.gui.panels.problems import ProblemsPanel
from hvstudio.gui.panels.results import ResultsPanel
from hvstudio.gui.panels.run_panel import RunPanel
from hvstudio.gui.probe import start_probe
from hvstudio.gui.window.actions import Actions, State
from hvstudio.gui.window.bars.command_palette import CommandPalette
from hvstudio.gui.window.bars.find_bar import FindBar
from hvstudio.gui.window.bars.message_bar import MessageBar
from hvstudio.gui.window.bars.preview_card import PreviewCard
from hvstudio.gui.window.context_menu import context_menu
from hvstudio.gui.window.dialogs.questions import Dialogs
from hvstudio.gui.window.docks import apply_layout, hide_stray_tab_bars, layout_text
from hvstudio.gui.window.exports import ExportController, draw_small
from hvstudio.gui.window.handlers import handlers_of
from hvstudio.gui.window.layout import arrange, fit_width
from hvstudio.gui.window.menus import Menus
from hvstudio.gui.work.analysis import Analysis, Forecast
from hvstudio.gui.work.background import Runner
from hvstudio.gui.work.choices import Choices
from hvstudio.gui.work.comparing import Comparing
from hvstudio.gui.work.files import FileController, Questions
from hvstudio.gui.work.message import Message
from hvstudio.gui.work.recovery import Recovery
from hvstudio.gui.work.run_state import RunState
from hvstudio.gui.work.runs import RunController
from hvstudio.model.document import BlockId

_ABOUT_A_RUN: Final = ("crash", "control", "run", "run-off", "outdated")
"""Keys of messages that are no longer so once another run begins."""


class MainWindow(QMainWindow):
    """One document in one window."""

    def __init__(
        self,
        workspace: Workspace,
        *,
        runner: Runner,
        choices: Choices,
        questions: Questions | None = None,
        recovery_folder: Path | None = None,
    ) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self.workspace = workspace
        self.choices = choices
        self.theme = load_theme(self._theme_name())
        self.runner = runner
        self.questions = questions or Dialogs(self)
        self._dress()
        self.messages = MessageBar(self.theme)
        self.files = FileController(workspace, runner=runner, questions=self.questions, choices=choices, say=self.say)
        self.analysis = Analysis(workspace, runner, self)
        self.runs = RunController(workspace, runner=runner, choices=choices, say=self.say, parent=self)
        self.comparing = Comparing(workspace, runner=runner, choices=choices, say=self.say, parent=self)
        self.recovery = Recovery(
            workspace, files=self.files, runner=runner, folder=recovery_folder, say=self.say, choices=choices
        )
        self._make_parts()
        self.exports = ExportController(self)
        self.actions_table = Actions(self, handlers_of(self))
        self.menus = Menus(self, self.actions_table)
        arrange(self)
        self._connect()
        self.actions_table.set_theme(self.theme)
        self._restore_layout()
        self.analysis.start()
        self._refresh()
        self.probe = start_probe(self)

    # Building

    def _make_parts(self) -> None:
        workspace, theme, catalog = self.workspace, self.theme, self.workspace.catalog
        self.stack = QStackedWidget()
        self.class_label, self.zoom_label = QLabel(), QLabel("100 %")
        self.docks: dict[str, QDockWidget] = {}
        self.canvas = CanvasView(workspace, theme)
        self.palette_panel = PalettePanel(catalog, theme)
        self.inspector = InspectorPanel(workspace, theme)
        self.problems = ProblemsPanel(workspace, theme)
        self.outline = OutlinePanel(workspace, theme)
        self.architecture = ArchitecturePanel(workspace, runner=self.runner, say=self.say, theme=theme)
        self.run_panel = RunPanel(self.runs, self.choices, theme)
        self.results = ResultsPanel(self.runs, theme)
        self.comparison = ComparisonPanel(self.comparing, theme)
        self.help_panel = HelpPanel(catalog, theme)
        self.gallery = Gallery(self.runner, draw_small(catalog), theme)
        self.find_bar = FindBar(workspace, theme)
        self.command_palette = CommandPalette(self, theme)
        self.preview = PreviewCard(self.canvas, catalog=catalog, runner=self.runner, theme=theme)

    def _connect(self) -> None:
        self.workspace.add_listener(self._follow)
        self.palette_panel.insert_requested.connect(self.insert)
        self.canvas.commands.tell = lambda sentence: self.say(Message(text=sentence, key="canvas"))
        self.canvas.said.connect(lambda text: self.statusBar().showMessage(str(text)))
        self.canvas.zoomChanged.connect(lambda scale: self.zoom_label.setText(f"{scale:.0%}"))
        self.canvas.contextRequested.connect(lambda request: context_menu(self, request))
        self.analysis.report_ready.connect(self._take_report)
        self.analysis.forecast_ready.connect(self._take_forecast)
        self.problems.finding_chosen.connect(self.go_to_finding)
        self.problems.rule_help_requested.connect(self.show_rule)
        self.architecture.highlight_requested.connect(self.canvas.set_highlight)
        for teacher in (self.architecture, self.problems.details):
            teacher.preview_offered.connect(self.preview.watch)
        self.architecture.offer_previews()
        self.runs.caption = self.architecture.summary
        self.runs.state_changed.connect(lambda _state: self._refresh())
        self.runs.started.connect(lambda _run: self._show_run())
        self.runs.finished.connect(lambda _run: self.canvas.set_heat(None))
        self.runs.sampled.connect(self._show_heat)
        self.run_panel.vm_chosen.connect(self.go_to_block)
        self.results.vm_chosen.connect(self.go_to_block)
        self.comparison.vm_chosen.connect(self.go_to_block)
        self.run_panel.export_requested.connect(lambda: self.exports.export_plot())
        self.gallery.example_chosen.connect(self.files.open_example)
        self.gallery.file_chosen.connect(lambda path: self.files.open_path(Path(path)))
        self.help_panel.example_requested.connect(self.files.open_example)
        self.gallery.closed.connect(self.close_gallery)
        self.find_bar.block_found.connect(self.go_to_block)
        self.find_bar.closed.connect(self.canvas.setFocus)
        self.messages.left.connect(self.canvas.setFocus)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow_system)

    # Showing

    def say(self, message: Message) -> None:
        """Show a message above the canvas."""
        self.messages.show_message(message)

    def insert(self, entry: Entry) -> None:
        """Put a block of the palette where the selection suggests."""
        self.close_gallery()
        self.canvas.insert(entry.kind, entry.product)

    def go_to_block(self, block: str) -> None:
        """Select a block and bring it into view; where it is seen already, nothing moves."""
        block_id = BlockId(block)
        if block_id in self.workspace.document.blocks:
            self.close_gallery()
            self.workspace.select([block_id])
            self.canvas.reveal(block_id)

    def go_to_finding(self, finding: Finding) -> None:
        """Select the block of a finding, mark what else it is about, and open the field it speaks of."""
        if finding.block is None or finding.block not in self.workspace.document.blocks:
            return
        self.go_to_block(finding.block)
        self.canvas.set_highlight(finding.related)
        if finding.parameter:
            self.docks["Inspector"].show()
            self.docks["Inspector"].raise_()
            self.inspector.open_field(finding.parameter)

    def show_rule(self, rule: str) -> None:
        """Open the page of a rule in the help panel."""
        self.help_panel.show_rule(rule)
        self.show_panel("Help")

    def show_panel(self, title: str) -> None:
        """Bring a panel to the front."""
        self.docks[title].show()
        self.docks[title].raise_()

    def show_gallery(self) -> None:
        """Show the examples in place of the canvas."""
        self.gallery.refresh(self.choices.settings.recent_files)
        self.stack.setCurrentWidget(self.gallery)
        self.gallery.setFocus()

    def close_gallery(self) -> None:
        """Back to the canvas."""
        self.stack.setCurrentWidget(self.canvas)

    def choose_theme(self, name: str) -> None:
        """Take "light", "dark" or "system" as the theme."""
        self.choices.change(theme=name)
        self.set_theme(load_theme(self._theme_name()))

    def set_theme(self, theme: Theme) -> None:
        """Draw everything in a theme, canvas and plots included."""
        self.theme = theme
        self._dress()
        for part in (
            self.messages, self.canvas, self.palette_panel, self.inspector, self.problems, self.outline,
            self.architecture, self.run_panel, self.results, self.comparison, self.help_panel, self.gallery,
            self.find_bar, self.command_palette, self.preview,
        ):  # fmt: skip
            part.set_theme(theme)
        self.actions_table.set_theme(theme)
        self._refresh()

    def _dress(self) -> None:
        """Give palette and style sheet to the window; a style sheet of the application costs several times as much."""
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.setPalette(palette(self.theme))
        self.setStyleSheet(stylesheet(self.theme))

    def state(self) -> State:
        """What decides which actions are possible."""
        document = self.workspace.document
        return State(
            blocks=len(document),
            machines=sum(role_of(block) is Role.VIRTUAL_MACHINE for block in document.blocks.values()),
            selected=len(self.workspace.selection),
            undo_label=self.workspace.undo_label,
            redo_label=self.workspace.redo_label,
            run=self.runs.state,
            has_results=bool(self.runs.runs),
            has_hypervisor=any(role_of(block) is Role.HYPERVISOR for block in document.blocks.values()),
            free=sum(document.blocks[block_id].rests_on is None for block_id in self.workspace.selection),
        )

    def _refresh(self) -> None:
        self.actions_table.refresh(self.state(), self.theme)
        name = self.workspace.file.name_for(self.workspace.document.title)
        self.setWindowTitle(f"{name}[*] – HVStudio")
        self.setWindowModified(self.workspace.modified)
        self._say_if_outdated()

    def _say_if_outdated(self) -> None:
        run = self.runs.run
        if run is not None and self.runs.is_outdated and self.runs.state.is_live:
            text = "The composition has changed since this run began; the run goes on with the one it began with."
            again = ("Run again", lambda: self.actions_table["run-again"].trigger())
            self.say(Message(text=text, key="outdated", actions=(again,), lasting=True))
        else:
            self.messages.withdraw("outdated")

    def _follow(self, event: Event) -> None:
        if event.previous is not self.workspace.document:
            self.messages.withdraw("convert")  # its Undo would take back another step
        if event.replaced:
            for key in _ABOUT_A_RUN:
                self.messages.withdraw(key)
            self.close_gallery()
            self.canvas.set_highlight(())
            self.menus.show_recent(self.choices.settings.recent_files, self.files.open_path)
        if event.selection_changed:
            self.run_panel.emphasise(self.workspace.primary or "")
        self._refresh()

    def _take_report(self, report: Report) -> None:
        if report.document is not self.workspace.document:
            return
        self.canvas.set_report(report)
        self.problems.set_report(report)
        self.architecture.set_report(report)
        count = sum(1 for item in report.findings if not item.suppressed)
        self.docks["Problems"].setWindowTitle(f"Problems ({count})" if count else "Problems")
        self.class_label.setText(self.architecture.summary())

    def _take_forecast(self, forecast: Forecast) -> None:
        self.runs.take_forecast(forecast)
        self.run_panel.set_forecast(forecast)

    def _show_run(self) -> None:
        for key in _ABOUT_A_RUN:
            self.messages.withdraw(key)
        self.show_panel("Run")
        self._refresh()

    def _show_heat(self) -> None:
        run = self.runs.run
        if run is not None and self.runs.state is RunState.RUNNING:
            busy: dict[BlockId, float] = {}
            for block, value in zip(run.plan.station_block, run.series.latest("stations"), strict=True):
                if block in self.workspace.document.blocks:
                    busy[BlockId(block)] = max(busy.get(BlockId(block), 0.0), round(float(value), 1))
            self.canvas.set_heat(busy)

    # Theme and layout

    def _theme_name(self) -> str:
        chosen = self.choices.settings.theme
        if chosen != "system":
            return chosen
        is_dark = QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
        return "dark" if is_dark else "light"

    def _follow_system(self) -> None:
        if self.choices.settings.theme == "system" and self._theme_name() != self.theme.name:
            self.set_theme(load_theme(self._theme_name()))

    def _restore_layout(self) -> None:
        settings = self.choices.settings
        if settings.window:
            self.restoreGeometry(QByteArray.fromBase64(settings.window.encode()))
        else:
            area = self.screen().availableGeometry()
            self.resize(min(1440, area.width()), min(920, area.height()))
        apply_layout(self, self.docks, settings.dock_layout)
        self.menus.show_recent(settings.recent_files, self.files.open_path)

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
            QTimer.singleShot(0, self, lambda: self.files.open_path(paths[0]))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The panels share the corners as the width allows."""
        super().resizeEvent(event)
        if fit_width(self, event.size().width()):
            QTimer.singleShot(0, self, lambda: hide_stray_tab_bars(self))

    def showEvent(self, event: QEvent) -> None:  # type: ignore[override]
        """Show the whole composition once the window has its size."""
        super().showEvent(event)  # type: ignore[arg-type]
        self.canvas.setFocus()
        QTimer.singleShot(0, self.canvas, self.canvas.fit)
        QTimer.singleShot(0, self, lambda: hide_stray_tab_bars(self))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about unsaved changes; what is under way ends with the event loop, whichever way that is left."""
        if not self.files.may_close(self.close):
            event.ignore()
            return
        self.choices.change(
            window=bytes(self.saveGeometry().toBase64().data()).decode(),
            dock_layout=layout_text(self.docks),
            is_first_start=False,
        )
        event.accept()

    def shut_down(self) -> None:
        """End everything that is under way, once no event loop runs any more. The one place for it.

        Work that is asked to stop may need a moment. It is waited for here, with nothing on the screen, because
        threads that outlive the widgets they hold, or the interpreter, end in a crash. A window that nobody has
        closed was left by a signal or with the session: its unsaved work is kept for the next start.
        """
        was_left = self.isVisible()
        self.hide()
        self.runs.shut_down()
        self.comparing.cancel()
        self.runner.shut_down()
        self.runs.wait()
        self.runner.wait()
        self.recovery.close(keep_unsaved=was_left)
        self.choices.save_now()
