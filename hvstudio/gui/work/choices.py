"""The person's settings while the window is open: changed in one place, written off the GUI thread."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, Final

from attrs import evolve

from hvstudio.gui.work.background import Latest, Runner
from hvstudio.settings import Settings, load_settings, save_settings

_log: Final = logging.getLogger(__name__)


class Choices:
    """Holds the settings; every change is saved, and a failure to save is logged and never in the way."""

    def __init__(self, runner: Runner, *, folder: Path | None = None) -> None:
        self.settings: Settings = load_settings(folder)
        self._folder = folder
        self._saving = Latest(runner)

    def change(self, **values: Any) -> None:
        """Set fields of the settings."""
        self.put(evolve(self.settings, **values))

    def put(self, settings: Settings) -> None:
        """Take other settings and save them."""
        if settings == self.settings:
            return
        self.settings = settings
        self._saving.ask(lambda: save_settings(settings, self._folder), lambda _nothing: None, _log_problem)

    def save_now(self) -> None:
        """Write the settings before the program ends."""
        try:
            save_settings(self.settings, self._folder)
        except Exception as error:  # an edge: closing the window must not fail over settings
            _log_problem(error)


def _log_problem(error: Exception) -> None:
    _log.warning("%s", error)
