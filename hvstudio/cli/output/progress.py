"""A progress bar on a terminal, and nothing at all anywhere else."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Final, TextIO

_WIDTH: Final = 32
_SHORTEST_INTERVAL_S: Final = 0.1


class ProgressBar:
    """Call it with the fraction done; it draws on standard error when that is a terminal. Use it in a `with`."""

    def __init__(self, label: str, stream: TextIO | None = None) -> None:
        self._label = label
        self._stream = stream or sys.stderr
        self._is_terminal = self._stream.isatty()
        self._drawn_at = 0.0
        self._started_at = time.monotonic()
        self._is_drawn = False

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._is_drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def __call__(self, fraction: float) -> bool:
        """Show it; always true: only Ctrl-C cancels."""
        now = time.monotonic()
        if self._is_terminal and now - self._drawn_at >= _SHORTEST_INTERVAL_S:
            self._drawn_at = now
            self._is_drawn = True
            self._stream.write("\r" + progress_text(self._label, fraction, now - self._started_at) + "\x1b[K")
            self._stream.flush()
        return True


def progress_text(label: str, fraction: float, elapsed_s: float) -> str:
    """`Simulating ████████▌                         27 %  3 s left`."""
    done = min(1.0, max(0.0, fraction))
    full = round(done * _WIDTH)
    left = f"  {elapsed_s * (1 - done) / done:.0f} s left" if done > 0.02 and elapsed_s > 1 else ""
    return f"{label} {'█' * full}{'░' * (_WIDTH - full)} {done * 100:3.0f} %{left}"
