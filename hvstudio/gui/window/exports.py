"""Exporting: the diagram as a picture that opens again, the plot as picture or table; drawn off the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from attrs import evolve
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from hvstudio.catalog.catalog import Catalog
from hvstudio.editor.workspace import Workspace
from hvstudio.errors import HVStudioError
from hvstudio.files.store import write_atomically
from hvstudio.gui.clipboard import put_on_clipboard
from hvstudio.gui.look.theme import Theme, load_theme
from hvstudio.gui.panels.run_panel import curve_specs
from hvstudio.gui.pictures.export import Look, export_file, render_image, render_png, render_svg
from hvstudio.gui.plots.export import plot_png, plot_svg, series_csv
from hvstudio.gui.plots.throughput_plot import Metric
from hvstudio.gui.window.dialogs.export_dialog import ExportDialog
from hvstudio.gui.work.analysis import Analysis
from hvstudio.gui.work.background import Latest, Runner
from hvstudio.gui.work.choices import Choices
from hvstudio.gui.work.files import Questions, file_name
from hvstudio.gui.work.message import Message
from hvstudio.gui.work.runs import RunController
from hvstudio.model.document import Document

_PLOT_FILTER: Final = "PNG picture (*.png);;SVG drawing (*.svg);;Table of values (*.csv)"
_PICTURE_FILTERS: Final = {
    ".png": "PNG picture (*.png)",
    ".svg": "SVG drawing (*.svg)",
    ".pdf": "PDF page (*.pdf)",
}


def draw_small(catalog: Catalog) -> Callable[[Document, Theme], bytes]:
    """A function that draws a document as a small PNG without the document inside; "" when it cannot be drawn."""

    def draw(document: Document, theme: Theme) -> bytes:
        try:
            return render_png(document, catalog, look=Look(theme=theme, scale=1.0, transparent=True))
        except HVStudioError:
            return b""

    return draw


class ExportController:
    """Exports of one window."""

    def __init__(
        self,
        window: QWidget,
        workspace: Workspace,
        *,
        runner: Runner,
        choices: Choices,
        questions: Questions,
        say: Callable[[Message], None],
        analysis: Analysis,
        runs: RunController,
    ) -> None:
        self._window = window
        self._workspace = workspace
        self._runner = runner
        self._choices = choices
        self._questions = questions
        self._say = say
        self._analysis = analysis
        self._runs = runs
        self._previews = Latest(runner)
        self.dialog: ExportDialog | None = None

    def export_picture(self) -> None:
        """Open the export dialog beside the work."""
        dialog = self.dialog = ExportDialog(self._window)
        dialog.look_changed.connect(self._draw_preview)
        dialog.copy_requested.connect(lambda: self._copy(dialog.look()))
        dialog.accepted.connect(lambda: self._choose_file(dialog))
        dialog.show()
        self._draw_preview()

    def copy_picture(self) -> None:
        """Put the diagram on the clipboard."""
        self._copy(Look(theme=load_theme("light")))

    def export_to(self, path: Path, look: Look) -> None:
        """Write the diagram to a file."""
        document, catalog, report = self._workspace.document, self._workspace.catalog, self._report()
        self._run(lambda: export_file(document, catalog, path, report=report, look=look), f"Exported to {path.name}.")

    def export_plot(self, metric: Metric) -> None:
        """Ask for a file and write the plot of the run on show, with these values as its curves."""
        run = self._runs.run
        if run is None:
            return
        suggestion = str(self._folder() / f"{file_name(self._workspace.document.title)} {run.name}.png")
        path = self._questions.export_path(suggestion, _PLOT_FILTER)
        if path is not None:
            self.export_plot_to(path, metric)

    def export_plot_to(self, path: Path, metric: Metric) -> None:
        """Write the plot to a file; its ending decides the format."""
        run = self._runs.run
        if run is None:
            return
        theme = load_theme("light")
        specs = curve_specs(run, theme)
        title = f"{run.document.title}, {run.name}" + (f" ({run.caption})" if run.caption else "")
        suffix = path.suffix.lower()
        if suffix == ".csv":
            text = series_csv(specs, run.series)
            self._run(lambda: write_atomically(path, text.encode()), f"Exported to {path.name}.")
        elif suffix in (".png", ".svg"):
            draw = plot_png if suffix == ".png" else plot_svg
            data = draw(specs, run.series, metric=metric, theme=theme, title=title)
            self._run(lambda: write_atomically(path, data), f"Exported to {path.name}.")
        else:
            text = f"{path.name}: plots are PNG, SVG or CSV. End the name in .png, .svg or .csv."
            self._say(Message(text=text, severity="error", key="export"))

    def _draw_preview(self) -> None:
        dialog = self.dialog
        if dialog is None:
            return
        document, catalog, report = self._workspace.document, self._workspace.catalog, self._report()
        look = evolve(dialog.look(), scale=1.0)

        def failed(error: Exception) -> None:
            dialog.show_problem(str(error))

        self._previews.ask(
            lambda: render_image(document, catalog, report=report, look=look), dialog.show_preview, failed
        )

    def _choose_file(self, dialog: ExportDialog) -> None:
        suggestion = str(self._folder() / f"{file_name(self._workspace.document.title)}{dialog.suffix}")
        path = self._questions.export_path(suggestion, _PICTURE_FILTERS[dialog.suffix])
        if path is not None:
            self.export_to(path if path.suffix else path.with_name(path.name + dialog.suffix), dialog.look())

    def _copy(self, look: Look) -> None:
        document, catalog, report = self._workspace.document, self._workspace.catalog, self._report()

        def draw() -> tuple[QImage, bytes, bytes]:
            return (
                render_image(document, catalog, report=report, look=look),
                render_png(document, catalog, report=report, look=look),
                render_svg(document, catalog, report=report, look=look),
            )

        def put(drawn: tuple[QImage, bytes, bytes]) -> None:
            put_on_clipboard({"image/png": drawn[1], "image/svg+xml": drawn[2]}, image=drawn[0])
            self._say(Message(text="The picture is on the clipboard.", severity="success", key="export"))

        self._runner.run(draw, put, self._tell)

    def _run(self, work: Callable[[], Any], done: str) -> None:
        def told(_result: Any) -> None:
            self._say(Message(text=done, severity="success", key="export"))

        self._runner.run(work, told, self._tell)

    def _tell(self, error: Exception) -> None:
        if isinstance(error, HVStudioError):
            text = str(error)
        elif isinstance(error, OSError):
            text = f"The file was not written: {error.strerror or error}. Choose another folder or free some space."
        else:
            text = f"The export failed: {error}"
        self._say(Message(text=text, severity="error", key="export"))

    def _report(self) -> Any:
        report = self._analysis.report
        return report if report is not None and report.document is self._workspace.document else None

    def _folder(self) -> Path:
        path = self._workspace.file.path
        return path.parent if path else Path(self._choices.settings.last_folder)
