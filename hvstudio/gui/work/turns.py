"""One operation at a time: what is asked for while one is under way waits for its turn."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol, TypeAlias


class End(Protocol):
    """Ends a turn. `then` is called before whatever waits; it finds the turn free."""

    def __call__(self, then: Callable[[], object] | None = None) -> None: ...


Operation: TypeAlias = Callable[[End], None]
"""Begins something, and calls the function that it is given exactly once, when that has ended."""


class Turns:
    """Gives operations their turn in the order asked for. Not for several threads."""

    def __init__(self) -> None:
        self._waiting: deque[Operation] = deque()
        self._present: Operation | None = None

    @property
    def is_taken(self) -> bool:
        """Whether an operation is under way."""
        return self._present is not None

    def take(self, operation: Operation) -> None:
        """Begin the operation now, or when those before it have ended."""
        self._waiting.append(operation)
        self._begin_next()

    def _begin_next(self) -> None:
        if self._present is not None or not self._waiting:
            return
        operation = self._present = self._waiting.popleft()

        def end(then: Callable[[], object] | None = None) -> None:
            if self._present is not operation:
                return
            self._present = None
            try:
                if then is not None:
                    then()
            finally:
                self._begin_next()

        try:
            operation(end)
        except BaseException:
            end()  # what could not begin stands in nobody's way
            raise
