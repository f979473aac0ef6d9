"""Advisory locks that the operating system releases when their owner dies, and whether a process lives."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from typing import Final

_LOCKED_BYTE: Final = 2**40
"""On Windows a locked byte cannot be read by others, so it is one far behind any content."""

_HELD: Final = (errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK, errno.EDEADLK)


def try_lock(descriptor: int) -> bool:
    """Lock an open file without waiting; False when somebody else holds it.

    Raises OSError where the file system knows no locks.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            position = os.lseek(descriptor, 0, os.SEEK_CUR)
            os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
            try:
                msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            finally:
                os.lseek(descriptor, position, os.SEEK_SET)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _HELD:
            return False
        raise
    return True


def release_lock(descriptor: int) -> None:
    """Let go of a lock; nothing happens when there is none."""
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            import msvcrt

            os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_UN)


def is_process_alive(pid: int) -> bool:
    """Whether a process of this id exists; in doubt it does."""
    if sys.platform == "win32":
        return _is_windows_process_alive(pid)
    try:
        os.kill(pid, 0)  # asks only; on Windows this would end the process
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _is_windows_process_alive(pid: int) -> bool:
    """Source: Windows API, OpenProcess and GetExitCodeProcess (STILL_ACTIVE is 259)."""
    if sys.platform != "win32":
        return True
    import ctypes

    kernel = ctypes.windll.kernel32
    query_limited_information = 0x1000
    handle = kernel.OpenProcess(query_limited_information, False, pid)
    if not handle:
        return kernel.GetLastError() == 5  # access denied: somebody else's, so it exists
    code = ctypes.c_ulong()
    kernel.GetExitCodeProcess(handle, ctypes.byref(code))
    kernel.CloseHandle(handle)
    return code.value == 259
