"""What `kernel.py` uses of Cython's own names, for running it where Cython is not installed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")

compiled = False
longlong = int
ulonglong = int
double = float
bint = bool
size_t = int
void = None
int = int  # Cython calls a C int that


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
cclass = _Nothing()
final = _Nothing()
inline = _Nothing()


def exceptval(*, check: bool) -> Callable[[T], T]:
    """The decorator that says a C function raises nothing."""
    return nogil.__call__


def declare(_type: object, value: T) -> T:
    """A constant."""
    return value


def struct(**fields: object) -> dict[str, object]:
    """The declaration of a record; the interpreted kernel has its own rows."""
    return fields


def cast(type_: Callable[[Any], T], value: Any) -> T:
    """The value as that type."""
    return type_(value)


def pointer(type_: object) -> object:
    """A type that only the compiler needs."""
    return type_
