"""What `kernel.py` uses of Cython's own names, for running it where Cython is not installed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")

compiled = False
longlong = int
ulonglong = int
size_t = int
double = float
bint = bool


class _Nothing:
    """A decorator and a context manager that change nothing."""

    def __call__(self, function: T) -> T:
        return function

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        return None


nogil = _Nothing()
cfunc = _Nothing()
inline = _Nothing()


def exceptval(*, check: bool) -> Callable[[T], T]:
    """The decorator that says a C function raises nothing."""
    return nogil.__call__


def cast(type_: Callable[[Any], T], value: Any) -> T:
    """The value as that type."""
    return type_(value)
