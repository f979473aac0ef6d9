"""Work off the GUI thread: a function runs on a pool and its result comes back to the main thread as one call."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, Protocol, TypeAlias

from attrs import define, field, frozen
from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

Work: TypeAlias = Callable[[], Any]
Then: TypeAlias = Callable[[Any], None]
Failed: TypeAlias = Callable[[Exception], None]

_log: Final = logging.getLogger(__name__)
_WORKERS: Final = 3
_TOLD_MS: Final = 150
"""How often it is told how far a long piece of work is: often enough to be seen moving."""


class Runner(Protocol):
    """What the window needs of a background: start work, and be told its result or its failure later."""

    def run(self, work: Work, then: Then, failed: Failed | None = None) -> None:
        """Run `work` somewhere; call `then` with its result, or `failed` with what it raised, on the main thread."""
        ...

    def shut_down(self) -> None:
        """Start nothing more and forget the results still to come. Returns at once."""
        ...

    def wait(self) -> None:
        """Wait for the work that was under way when it was shut down. Not while a window is open."""
        ...


@frozen(kw_only=True, eq=False)
class _Outcome:
    deliver: Callable[[Any], None]
    value: Any = field(repr=False)


class Background(QObject):
    """A runner on a thread pool. Lives in the main thread, and results are delivered there by the event loop."""

    _finished = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(max_workers=_WORKERS, thread_name_prefix="hvstudio-work")
        self._open = True
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def run(self, work: Work, then: Then, failed: Failed | None = None) -> None:
        """Run `work` on the pool."""
        if self._open:
            self._pool.submit(self._work, work, then, failed or _log_failure)

    def shut_down(self) -> None:
        """Start nothing more; running work ends by itself and its result is forgotten."""
        self._open = False
        self._pool.shutdown(wait=False, cancel_futures=True)

    def wait(self) -> None:
        """Wait until the threads have ended: nothing that they still hold may be taken down before."""
        self._pool.shutdown(wait=True)

    def _work(self, work: Work, then: Then, failed: Failed) -> None:
        try:
            outcome = _Outcome(deliver=then, value=work())
        except Exception as error:  # an edge: whatever work raises is told to whoever started it
            outcome = _Outcome(deliver=failed, value=error)
        if self._open:
            self._finished.emit(outcome)

    @Slot(object)
    def _deliver(self, outcome: _Outcome) -> None:
        if self._open:
            outcome.deliver(outcome.value)


class Immediate:
    """A runner for tests: does the work at once, in the caller's thread."""

    def run(self, work: Work, then: Then, failed: Failed | None = None) -> None:
        """Run `work` now."""
        try:
            value = work()
        except Exception as error:
            (failed or _raise)(error)
            return
        then(value)

    def shut_down(self) -> None:
        """Nothing is ever pending."""

    def wait(self) -> None:
        """Nothing is ever under way."""


class Latest:
    """Keeps only the newest request: while one is at work the next waits, and a newer one takes its place.

    A result is delivered only when nothing newer was asked for meanwhile, so stale answers never show.
    """

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._busy = False
        self._waiting: tuple[Work, Then, Failed | None] | None = None
        self._dropped = False

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._busy

    def ask(self, work: Work, then: Then, failed: Failed | None = None) -> None:
        """Ask for the result of `work`, instead of whatever was asked before."""
        if self._busy:
            self._waiting, self._dropped = (work, then, failed), False
            return
        self._busy = True
        self._runner.run(work, lambda value: self._done(then, value), lambda error: self._done(failed, error))

    def drop(self) -> None:
        """Ask for nothing any more: what is at work is not delivered, what waits is not begun."""
        self._waiting, self._dropped = None, self._busy

    def _done(self, deliver: Callable[[Any], None] | None, value: Any) -> None:
        dropped, self._busy, self._dropped = self._dropped, False, False
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self.ask(*waiting)
        elif dropped:
            return
        elif deliver is not None:
            deliver(value)
        elif isinstance(value, Exception):
            _log_failure(value)


@define(eq=False)
class Progress:
    """How far a piece of work is, and whether it shall go on. Called on the work's own threads: it only notes."""

    fraction: float = 0.0
    is_wanted: bool = True

    def __call__(self, fraction: float) -> bool:
        """Note how far it is, from 0 to 1; False when it shall stop."""
        self.fraction = fraction
        return self.is_wanted


class Task(QObject):
    """One long piece of work at a time, which tells how far it is and can be told to stop.

    `progressed` carries a number from 0 to 1 while it lasts; `ended` comes before the outcome, of whatever kind, and
    after that nothing of work that was cancelled.
    """

    progressed = Signal(float)
    ended = Signal()

    def __init__(self, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._progress: Progress | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_TOLD_MS)
        self._timer.timeout.connect(self._tell)

    @property
    def is_running(self) -> bool:
        """Whether the work has not ended yet, cancelled or not."""
        return self._progress is not None

    def start(self, work: Callable[[Progress], Any], then: Then, failed: Failed) -> None:
        """Begin the work; nothing happens while there is some."""
        if self._progress is not None:
            return
        progress = self._progress = Progress()
        self._timer.start()
        self._runner.run(
            lambda: work(progress),
            lambda value: self._end(progress, then, value),
            lambda error: self._end(progress, failed, error),
        )

    def cancel(self) -> None:
        """Have the work stop at the next occasion; its outcome is forgotten."""
        if self._progress is not None:
            self._progress.is_wanted = False

    def _tell(self) -> None:
        if self._progress is not None:
            self.progressed.emit(self._progress.fraction)

    def _end(self, progress: Progress, deliver: Callable[[Any], None], value: Any) -> None:
        self._timer.stop()
        self._progress = None
        self.ended.emit()
        if progress.is_wanted:
            deliver(value)


def _log_failure(error: Exception) -> None:
    _log.error("work in the background failed", exc_info=error)


def _raise(error: Exception) -> None:
    raise error
