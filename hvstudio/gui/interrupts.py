"""Signals of the system (Ctrl+C in the terminal, SIGTERM, the end of a login) leave the event loop in order."""

from __future__ import annotations

import contextlib
import signal
import socket
from collections.abc import Iterator
from typing import Final

from PySide6.QtCore import QCoreApplication, QSocketNotifier

_SIGNALS: Final = ("SIGINT", "SIGTERM", "SIGHUP")
_FIRST_EXIT_CODE: Final = 128
"""A program that a signal has ended gives this plus the signal's number. Source: POSIX shells, "exit status"."""


@contextlib.contextmanager
def signals_ending(application: QCoreApplication) -> Iterator[None]:
    """While this holds, a signal leaves the application's event loop, with the exit code that shells expect.

    Python's handlers run only when Python code does: the signal wakes Qt's loop through a pair of sockets.
    """
    ours, wakeup = socket.socketpair()
    ours.setblocking(False)
    wakeup.setblocking(False)
    notifier = QSocketNotifier(ours.fileno(), QSocketNotifier.Type.Read)
    notifier.activated.connect(lambda *_read: _drain(ours))
    before: dict[int, signal._HANDLER] = {}
    former = -1
    try:
        with contextlib.suppress(ValueError):  # not in the main thread: somebody else looks after signals
            former = signal.set_wakeup_fd(wakeup.fileno(), warn_on_full_buffer=False)
            for name in _SIGNALS:
                number = getattr(signal, name, None)
                if number is not None:
                    before[number] = signal.signal(
                        number, lambda number, _frame: application.exit(_FIRST_EXIT_CODE + number)
                    )
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if before:
            signal.set_wakeup_fd(former)
        notifier.setEnabled(False)
        ours.close()
        wakeup.close()


def _drain(pair: socket.socket) -> None:
    with contextlib.suppress(BlockingIOError):
        while pair.recv(64):
            pass
