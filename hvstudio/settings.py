"""What the person chose, kept as JSON in the platform's folder for settings, and where the program keeps its files."""

from __future__ import annotations

import json
import logging
import math
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, cast

from attrs import asdict, evolve, field, frozen
from platformdirs import PlatformDirs

from hvstudio.errors import FileError

_LOG: Final = logging.getLogger(__name__)
_FILE_NAME: Final = "settings.json"
_APPLICATION: Final = "hvstudio"
_TITLE: Final = "HVStudio"
_TITLED: Final = ("win32", "darwin")
"""Systems that show a program's folder to people under its title."""
_LARGEST_BYTES: Final = 4 * 2**20
_MOST_RECENT_FILES: Final = 12


@frozen(kw_only=True)
class Settings:
    """All choices with their defaults. `window` and `dock_layout` are opaque texts of the window system.

    `extras` are entries that this version does not know; they are kept for the version that does.
    """

    theme: str = "system"
    """"light", "dark" or "system"."""
    recent_files: tuple[str, ...] = ()
    """Full paths, the latest first."""
    window: str = ""
    dock_layout: str = ""
    autosave_interval_s: float = 2.0
    """How long after an edit the recovery journal is written, at the latest."""
    user_catalog: str = ""
    """A TOML file with products of one's own; empty for none."""
    last_folder: str = ""
    show_grid: bool = True
    text_scale: float = 1.0
    is_first_start: bool = True
    run_speed: float = 10.0
    """Simulated seconds per second; 0 means as fast as it goes."""
    run_duration_s: float = 60.0
    seed: int = 1
    extras: Mapping[str, Any] = field(factory=dict[str, Any])

    def with_recent(self, path: str) -> Settings:
        """The same settings with this file as the latest."""
        rest = [old for old in self.recent_files if old != path]
        return evolve(self, recent_files=(path, *rest)[:_MOST_RECENT_FILES])

    def without_recent(self, path: str) -> Settings:
        """The same settings without this file among the recent ones."""
        return evolve(self, recent_files=tuple(old for old in self.recent_files if old != path))


def load_settings(folder: Path | None = None) -> Settings:
    """The saved settings; what cannot be read or makes no sense is logged and takes its default. Never fails."""
    path = (folder or config_folder()) / _FILE_NAME
    try:
        with path.open("rb") as stream:
            data = stream.read(_LARGEST_BYTES + 1)
        raw: Any = json.loads(data.decode("utf-8")) if len(data) <= _LARGEST_BYTES else None
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError, RecursionError) as error:
        _LOG.warning("settings in %s cannot be read and were set back to their defaults: %s", path, error)
        return Settings()
    if not isinstance(raw, dict):
        _LOG.warning("settings in %s are no JSON object and were set back to their defaults", path)
        return Settings()
    return _settings(cast("dict[str, Any]", raw), path)


def save_settings(settings: Settings, folder: Path | None = None) -> None:
    """Write the settings in one step, so that a crash leaves the old ones. FileError when the folder cannot be used."""
    target = (folder or config_folder()) / _FILE_NAME
    values = asdict(settings)
    extras = values.pop("extras")
    text = json.dumps({**extras, **values}, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    temporary = target.with_name(f"{_FILE_NAME}.{os.getpid()}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(text, encoding="utf-8", errors="replace")
        os.replace(temporary, target)
    except OSError as error:
        hint = "The choices hold until you close the program."
        raise FileError(f"settings cannot be saved: {error.strerror}.", where=str(target), hint=hint) from error


def config_folder() -> Path:
    """Where settings are kept: HVSTUDIO_CONFIG_DIR, or what the platform says."""
    return _moved("") or _directories(roaming=True).user_config_path


def data_folder() -> Path:
    """Where recovery journals are kept: below HVSTUDIO_CONFIG_DIR, or what the platform says."""
    return _moved("data") or _below(_directories().user_data_path, "data")


def state_folder() -> Path:
    """Where log files are kept: below HVSTUDIO_CONFIG_DIR, or what the platform says."""
    return _moved("state") or _below(_directories().user_state_path, "state")


def _moved(below: str) -> Path | None:
    own = os.environ.get("HVSTUDIO_CONFIG_DIR")
    return Path(own) / below if own else None


def _directories(*, roaming: bool = False) -> PlatformDirs:
    return PlatformDirs(_TITLE if sys.platform in _TITLED else _APPLICATION, appauthor=False, roaming=roaming)


def _below(folder: Path, name: str) -> Path:
    """Systems with one folder for everything of a program get a folder for each thing in it."""
    return folder / name if sys.platform in _TITLED else folder


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_switch(value: Any) -> bool:
    return isinstance(value, bool)


def _is_within(minimum: float, maximum: float) -> Callable[[Any], bool]:
    def check(value: Any) -> bool:
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return is_number and math.isfinite(value) and minimum <= value <= maximum

    return check


def _is_seed(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63


def _is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in cast("list[Any]", value))


_CHECKS: Final[dict[str, Callable[[Any], bool]]] = {
    "theme": lambda value: value in ("light", "dark", "system"),
    "recent_files": _is_list_of_texts,
    "window": _is_text,
    "dock_layout": _is_text,
    "autosave_interval_s": _is_within(0.1, 3600),
    "user_catalog": _is_text,
    "last_folder": _is_text,
    "show_grid": _is_switch,
    "text_scale": _is_within(0.5, 3),
    "is_first_start": _is_switch,
    "run_speed": _is_within(0, 1e9),
    "run_duration_s": _is_within(0.001, 1e9),
    "seed": _is_seed,
}


def _settings(raw: Mapping[str, Any], path: Path) -> Settings:
    sound: dict[str, Any] = {}
    for name, value in raw.items():
        check = _CHECKS.get(name)
        if check is not None and check(value):
            sound[name] = tuple(value[:_MOST_RECENT_FILES]) if name == "recent_files" else value
        elif check is not None:
            _LOG.warning("setting “%s” in %s makes no sense and was set back to its default", name, path)
    return Settings(**sound, extras={name: value for name, value in raw.items() if name not in _CHECKS})
