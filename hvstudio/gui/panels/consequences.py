"""What hangs on the selected block: what dies with it, what shares its fate, what it can starve; the scorecard."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from hvstudio.editor.workspace import Workspace
from hvstudio.gui.background import Runner
from hvstudio.gui.theme import Theme


class ConsequencesView(QWidget):
    """Follows the selection."""

    def __init__(self, workspace: Workspace, *, runner: Runner) -> None:
        super().__init__()
        self._workspace = workspace
        self._runner = runner
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(QLabel(""))

    def set_theme(self, theme: Theme) -> None:
        """Colours come from the style sheet."""
