"""Checks and the instant estimate, worked out off the GUI thread after every edit; stale answers are dropped."""

from __future__ import annotations

from typing import Final

from attrs import frozen
from PySide6.QtCore import QObject, QTimer, Signal

from hvstudio.checks.finding import Report
from hvstudio.checks.run import Checker
from hvstudio.editor.workspace import Event, Workspace
from hvstudio.errors import PlanError
from hvstudio.gui.work.background import Latest, Runner
from hvstudio.model.document import Document
from hvstudio.simulation.compile import compile_document
from hvstudio.simulation.estimate.estimate import Estimate, estimate


@frozen(kw_only=True, eq=False)
class Forecast:
    """The estimate of one document, or why there is none."""

    document: Document
    estimate: Estimate | None = None
    reason: str = ""


_LARGE: Final = 500
_REST_MS: Final = 600
"""Blocks from which on, and how long, the estimate waits until nobody edits: it would compete for the interpreter."""


class Analysis(QObject):
    """Follows the workspace: `report_ready` carries a Report, `forecast_ready` a Forecast of the newest document."""

    report_ready = Signal(object)
    forecast_ready = Signal(object)

    def __init__(self, workspace: Workspace, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._checks = Latest(runner)
        self._forecasts = Latest(runner)
        self._checker = Checker(workspace.catalog)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._ask_forecast)
        self.report: Report | None = None
        self.forecast: Forecast | None = None
        workspace.add_listener(self._follow)

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._checks.busy or self._forecasts.busy or self._rest.isActive()

    def start(self) -> None:
        """Look at the present document."""
        document = self._workspace.document
        self._checks.ask(lambda: self._checker.update(document), self._take_report, self._start_afresh)
        if len(document) < _LARGE:
            self._ask_forecast()
        else:
            self._rest.start()

    def _ask_forecast(self) -> None:
        self._rest.stop()
        document, catalog = self._workspace.document, self._workspace.catalog

        def forecast() -> Forecast:
            try:
                answer = estimate(compile_document(document, catalog))
            except PlanError as error:
                return Forecast(document=document, reason=str(error))
            return Forecast(document=document, estimate=answer)

        self._forecasts.ask(forecast, self._take_forecast)

    def _follow(self, event: Event) -> None:
        if event.replaced or event.previous is not self._workspace.document:
            self.start()

    def _take_report(self, report: Report) -> None:
        self.report = report
        self.report_ready.emit(report)

    def _take_forecast(self, forecast: Forecast) -> None:
        self.forecast = forecast
        self.forecast_ready.emit(forecast)

    def _start_afresh(self, error: Exception) -> None:
        """A checker that failed half-way knows nothing for sure: the next one starts from nothing."""
        self._checker = Checker(self._workspace.catalog)
        raise error
