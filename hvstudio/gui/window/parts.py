"""All parts of a window in one place: the work behind it, the canvas, the bars over it, and its panels."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from attrs import field, frozen
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QLabel, QMainWindow, QStackedWidget, QWidget

from hvstudio.editor.workspace import Workspace
from hvstudio.gui.canvas.view import CanvasView
from hvstudio.gui.look.theme import Theme
from hvstudio.gui.panels.architecture import ArchitecturePanel
from hvstudio.gui.panels.comparison import ComparisonPanel
from hvstudio.gui.panels.gallery import Gallery
from hvstudio.gui.panels.help import HelpPanel
from hvstudio.gui.panels.inspector import InspectorPanel
from hvstudio.gui.panels.outline import OutlinePanel
from hvstudio.gui.panels.palette import PalettePanel
from hvstudio.gui.panels.problems import ProblemsPanel
from hvstudio.gui.panels.results import ResultsPanel
from hvstudio.gui.panels.run_panel import RunPanel
from hvstudio.gui.window.bars.command_palette import CommandPalette
from hvstudio.gui.window.bars.find_bar import FindBar
from hvstudio.gui.window.bars.message_bar import MessageBar
from hvstudio.gui.window.bars.preview_card import PreviewCard
from hvstudio.gui.window.exports import ExportController, draw_small
from hvstudio.gui.work.analysis import Analysis
from hvstudio.gui.work.background import Runner
from hvstudio.gui.work.choices import Choices
from hvstudio.gui.work.comparing import Comparing
from hvstudio.gui.work.files import FileController, Questions
from hvstudio.gui.work.message import Message
from hvstudio.gui.work.recovery import Recovery
from hvstudio.gui.work.runs import RunController

AnyPanel = TypeVar("AnyPanel", bound=QWidget)


@frozen(kw_only=True, eq=False)
class Parts:
    """What a window consists of. `window` is for what needs a parent, or closes it.

    Panels are made by the table of panels and found here by their class; those that others speak to have a name.
    """

    window: QMainWindow
    workspace: Workspace
    choices: Choices
    runner: Runner

    files: FileController
    analysis: Analysis
    runs: RunController
    comparing: Comparing
    recovery: Recovery
    exports: ExportController

    canvas: CanvasView
    gallery: Gallery
    stack: QStackedWidget
    """The canvas, and the gallery in its place."""
    messages: MessageBar
    find_bar: FindBar
    command_palette: CommandPalette
    preview: PreviewCard
    class_label: QLabel
    zoom_label: QLabel

    panels: dict[str, QWidget] = field(factory=dict[str, QWidget])
    """By title, in the order of the table."""
    docks: dict[str, QDockWidget] = field(factory=dict[str, QDockWidget])

    def say(self, message: Message) -> None:
        """Show a message above the canvas."""
        self.messages.show_message(message)

    @property
    def theme(self) -> Theme:
        """The theme that everything is drawn in."""
        return self.canvas.theme

    def panel(self, kind: type[AnyPanel]) -> AnyPanel:
        """The panel of a class."""
        return next(panel for panel in self.panels.values() if isinstance(panel, kind))

    @property
    def palette(self) -> PalettePanel:
        """What can be put on the canvas."""
        return self.panel(PalettePanel)

    @property
    def outline(self) -> OutlinePanel:
        """The composition as a tree."""
        return self.panel(OutlinePanel)

    @property
    def inspector(self) -> InspectorPanel:
        """What the selected blocks are set to."""
        return self.panel(InspectorPanel)

    @property
    def architecture(self) -> ArchitecturePanel:
        """Which class each hypervisor is, and why."""
        return self.panel(ArchitecturePanel)

    @property
    def help(self) -> HelpPanel:
        """Pages to read."""
        return self.panel(HelpPanel)

    @property
    def problems(self) -> ProblemsPanel:
        """What is wrong or doubtful."""
        return self.panel(ProblemsPanel)

    @property
    def run_panel(self) -> RunPanel:
        """The run under way."""
        return self.panel(RunPanel)

    @property
    def results(self) -> ResultsPanel:
        """The tables of the runs that have ended."""
        return self.panel(ResultsPanel)

    @property
    def comparison(self) -> ComparisonPanel:
        """The architectures side by side."""
        return self.panel(ComparisonPanel)


@frozen(kw_only=True)
class Panel:
    """One row of the table of panels: where it stands, and how it is made from the other parts and connected."""

    title: str
    area: Qt.DockWidgetArea
    make: Callable[[Parts], QWidget]
    is_shown_first: bool = True
    """Whether a window that nobody has arranged yet shows it."""


def make_parts(
    window: QMainWindow,
    workspace: Workspace,
    *,
    runner: Runner,
    choices: Choices,
    questions: Questions,
    recovery_folder: Path | None,
    theme: Theme,
    panels: Iterable[Panel],
) -> Parts:
    """Make everything that a window consists of; nothing stands in its place yet."""
    messages = MessageBar(theme)
    say = messages.show_message
    files = FileController(workspace, runner=runner, questions=questions, choices=choices, say=say)
    analysis = Analysis(workspace, runner, window)
    runs = RunController(workspace, runner=runner, choices=choices, say=say, parent=window)
    analysis.forecast_ready.connect(runs.take_forecast)  # before the panels, which show what the run took
    canvas = CanvasView(workspace, theme)
    parts = Parts(
        window=window,
        workspace=workspace,
        choices=choices,
        runner=runner,
        files=files,
        analysis=analysis,
        runs=runs,
        comparing=Comparing(workspace, runner=runner, choices=choices, say=say, parent=window),
        recovery=Recovery(
            workspace, files=files, runner=runner, folder=recovery_folder, say=say, choices=choices
        ),
        exports=ExportController(
            window, workspace, runner=runner, choices=choices, questions=questions, say=say, analysis=analysis,
            runs=runs,
        ),
        canvas=canvas,
        gallery=Gallery(runner, draw_small(workspace.catalog), theme),
        stack=QStackedWidget(),
        messages=messages,
        find_bar=FindBar(workspace, theme),
        command_palette=CommandPalette(window),
        preview=PreviewCard(canvas, catalog=workspace.catalog, runner=runner, theme=theme),
        class_label=QLabel(),
        zoom_label=QLabel("100 %"),
    )  # fmt: skip
    for row in panels:
        parts.panels[row.title] = row.make(parts)
    return parts
