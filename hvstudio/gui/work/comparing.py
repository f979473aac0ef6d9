"""Comparing architectures: the same VMs with the same requests on every one, replicated, off the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, Signal

from hvstudio.catalog.catalog import Catalog
from hvstudio.editor.workspace import Event, Workspace
from hvstudio.errors import HVStudioError
from hvstudio.gui.work.background import Runner, Task
from hvstudio.gui.work.choices import Choices
from hvstudio.gui.work.message import Message
from hvstudio.insight.comparing import Compared, comparable, run_comparison
from hvstudio.insight.variants import present_types
from hvstudio.model.document import Document
from hvstudio.simulation.run.options import RunOptions

TYPES: Final = ("type1", "hybrid", "type2", "native")
_LONGEST_S: Final = 60.0


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
        self._workspace, self._choices, self._say = workspace, choices, say
        self._task = Task(runner, self)
        self._task.progressed.connect(self.progressed)
        self._task.ended.connect(self.ended)
        workspace.add_listener(self._follow)

    @property
    def is_running(self) -> bool:
        """Whether a comparison is under way."""
        return self._task.is_running

    def start(self, replications: int) -> None:
        """Compare the composition as it is now."""
        if self.is_running:
            return
        document, catalog, settings = self._workspace.document, self._workspace.catalog, self._choices.settings
        options = RunOptions(seed=settings.seed, duration_s=min(settings.run_duration_s or _LONGEST_S, _LONGEST_S))
        self.started.emit()
        self._task.start(
            lambda progress: compare_architectures(
                document, catalog, options, replications=replications, progress=progress
            ),
            self.finished.emit,
            self._failed,
        )

    def cancel(self) -> None:
        """Stop at the next occasion."""
        self._task.cancel()

    def _follow(self, event: Event) -> None:
        if event.replaced:
            self.cancel()

    def _failed(self, error: Exception) -> None:
        text = str(error) if isinstance(error, HVStudioError) else f"The comparison failed: {error}"
        self._say(Message(text=text, severity="error", key="compare"))
