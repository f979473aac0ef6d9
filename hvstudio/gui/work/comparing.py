"""Comparing architectures: the same VMs with the same requests on every one, replicated, off the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from hvstudio.catalog.catalog import Catalog
from hvstudio.editor.workspace import Event, Workspace
from hvstudio.errors import HVStudioError, UserCancelled
from hvstudio.gui.window.message_bar import Message
from hvstudio.gui.work.background import Runner
from hvstudio.gui.work.choices import Choices
from hvstudio.insight.comparing import Compared, comparable, run_comparison
from hvstudio.insight.variants import present_types
from hvstudio.model.document import Document
from hvstudio.simulation.run.options import RunOptions

TYPES: Final = ("type1", "hybrid", "type2", "native")
_LONGEST_S: Final = 60.0
_TOLD_MS: Final = 150


def compare_architectures(
    document: Document,
    catalog: Catalog,
    options: RunOptions,
    *,
    replications: int,
    progress: Callable[[float], bool],
) -> Compared:
    """Compare with the present architecture as the baseline. Slow: not for the GUI thread.

    Raises HVStudioError when there are not two to compare, UserCancelled when `progress` gives False.
    """
    present = [name for name in present_types(document, catalog).values() if name in TYPES]
    found = comparable(document, catalog, list(dict.fromkeys([*present, *TYPES])))
    return run_comparison(found, options, replications=replications, progress=progress)


class Comparing(QObject):
    """One comparison at a time. `finished` carries what was Compared, `progressed` a number from 0 to 1."""

    started = Signal()
    progressed = Signal(float)
    finished = Signal(object)
    ended = Signal()

    def __init__(
        self,
        workspace: Workspace,
        *,
        runner: Runner,
        choices: Choices,
        say: Callable[[Message], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace, self._runner, self._choices, self._say = workspace, runner, choices, say
        self._fraction = 0.0
        self._go_on = True
        self.is_running = False
        self._timer = QTimer(self)
        self._timer.setInterval(_TOLD_MS)
        self._timer.timeout.connect(lambda: self.progressed.emit(self._fraction))
        workspace.add_listener(self._follow)

    def start(self, replications: int) -> None:
        """Compare the composition as it is now."""
        if self.is_running:
            return
        document, catalog, settings = self._workspace.document, self._workspace.catalog, self._choices.settings
        options = RunOptions(seed=settings.seed, duration_s=min(settings.run_duration_s or _LONGEST_S, _LONGEST_S))
        self._fraction, self._go_on, self.is_running = 0.0, True, True
        self.started.emit()
        self._timer.start()
        self._runner.run(
            lambda: compare_architectures(
                document, catalog, options, replications=replications, progress=self._take_progress
            ),
            self._done,
            self._failed,
        )

    def cancel(self) -> None:
        """Stop at the next occasion."""
        self._go_on = False

    def _take_progress(self, fraction: float) -> bool:
        """Called on the engine's threads: only notes the number, which the timer passes on."""
        self._fraction = fraction
        return self._go_on

    def _follow(self, event: Event) -> None:
        if event.replaced:
            self.cancel()

    def _done(self, compared: Compared) -> None:
        self._end()
        if self._go_on:
            self.finished.emit(compared)

    def _failed(self, error: Exception) -> None:
        self._end()
        if not isinstance(error, UserCancelled):
            text = str(error) if isinstance(error, HVStudioError) else f"The comparison failed: {error}"
            self._say(Message(text=text, severity="error", key="compare"))

    def _end(self) -> None:
        self._timer.stop()
        self.is_running = False
        self.ended.emit()
