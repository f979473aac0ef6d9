"""The log file: what happened, for whoever has to find out later why something went wrong."""

from __future__ import annotations

import logging
import platform
import sys
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Final

from hvstudio import __version__

FILE_NAME: Final = "hvstudio.log"
_LARGEST_BYTES: Final = 1_000_000
_KEPT_FILES: Final = 3
_FORMAT: Final = "%(asctime)s %(levelname)-7s %(process)d %(name)s: %(message)s"


def start_logging(folder: Path, *, level: int = logging.INFO) -> logging.Handler | None:
    """Write the log of this program to a rotating file in `folder`; gives the handler, for `stop_logging`.

    None when the folder cannot be used: a program that cannot log still works.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            folder / FILE_NAME, maxBytes=_LARGEST_BYTES, backupCount=_KEPT_FILES, encoding="utf-8",
            errors="backslashreplace",
        )  # fmt: skip
    except OSError:
        return None
    handler.setFormatter(logging.Formatter(_FORMAT))
    logger = logging.getLogger("hvstudio")
    logger.addHandler(handler)
    logger.setLevel(level)
    logger.info("HVStudio %s, Python %s, %s", __version__, platform.python_version(), platform.platform())
    return handler


def stop_logging(handler: logging.Handler | None) -> None:
    """Undo `start_logging`."""
    if handler is not None:
        logging.getLogger("hvstudio").removeHandler(handler)
        handler.close()


def log_file(folder: Path) -> Path:
    """Where `start_logging` writes."""
    return folder / FILE_NAME


def crash_text(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> str:
    """What to put into a bug report: versions and the traceback."""
    versions = f"HVStudio {__version__}, Python {platform.python_version()}, {platform.platform()}"
    return f"{versions}\n{''.join(traceback.format_exception(kind, error, trace))}"


def record_crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> str:
    """Log an error that nobody caught and give its text, for a dialog or the terminal."""
    text = crash_text(kind, error, trace)
    logging.getLogger("hvstudio").error("an error that nobody caught\n%s", text)
    return text


def install_excepthook() -> None:
    """Log what nobody catches, then do as Python does."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not issubclass(kind, KeyboardInterrupt):
            record_crash(kind, error, trace)
        sys.__excepthook__(kind, error, trace)

    sys.excepthook = hook
